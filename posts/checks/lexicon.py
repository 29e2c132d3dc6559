"""Words the checks know: to take hashtags apart, to tell acronyms from shouting, to guess a language."""

from __future__ import annotations

from functools import cache

from posts.checks.base import words_of

ACRONYMS = words_of(
    """
    STEM STEAM YALSA LGBT LGBTQ LGBTQIA LGBTQIA2S NASA UNESCO IFLA ISBN ISSN HTML NATO UNICEF COVID ESOL TOEFL
    IELTS GCSE ADHD AARP BIPOC FAFSA HVAC MOMA NAACP NOAA OPAC OCLC ALSC IMLS RSVP ASAP PODCAST ZOOM WIFI USDA
    LEGO SOAR SNAP TANF DACA CLEP MCAT LSAT YMCA YWCA JSTOR MARC BIBFRAME DVDS DELE DELF SIELE ONCE RENFE SNCF FNAC
    DREES INSEE CNRS RTVE OLED JPEG PDFS NYPL BNF SEPE TGIF POTUS SCOTUS FEMA DIY
    """
)

# Short words that are no acronyms when a whole sentence is in capitals.
SHORT_WORDS = words_of(
    """
    a an the to of in on at by for up my our we you he she it is be as or and but not no if all are was has had do did
    due new now one two six ten day art ask get let may can see say sit try use via who why how out off any own its
    his her him us go so too key old end big fun free read el la los las un una de del en por con que su sus tu y o al
    es no ni se le les des du un une et ou en au aux par sur vos nos ne pas est
    """
)
# The names of days and months keep their capital in English.
PROPER = words_of(
    """
    Monday Tuesday Wednesday Thursday Friday Saturday Sunday January February April June July August September
    October November December
    """
)

# Words of libraries, calendars and everyday life, in three languages: enough to read what is run together in a tag.
_ENGLISH = """
library libraries librarian librarians branch branches card cards sign up month week day days year years book
books bookish bookworm read reads reader readers reading story stories storytime time times club clubs banned freedom
to the a an of and in on at for with my our your we you i is it all new now next open close closed closing early late
hours holiday holidays summer winter spring fall autumn weekend monday tuesday wednesday thursday friday saturday sunday
january february march april may june july august september october november december school schools back home work
homework help helper teen teens tween tweens kid kids child children baby babies toddler family families adult adults
senior seniors parent parents teacher teachers student students friend friends friday free fun event events programme
program programs class classes course courses workshop workshops lesson lessons learn learning lifelong digital media
social literacy literary literature fiction nonfiction poetry poem poems poet poets novel novels author authors writer
writers writing write illustrator artist artists art arts craft crafts make maker makers makerspace music concert film
films movie movies night nights game games gaming chess lego board code coding robot robotics science tech technology
computer computers internet wifi safety safe online local history heritage archive archives archival genealogy museum
museums city town county public community communities neighbourhood neighborhood center centre place space spaces room
rooms north south east west seed seeds garden gardening plant plants nature earth world global national international
state women womens men black pride native american indian indigenous asian pacific islander hispanic latino latina
latinx heritage immigrant refugee welcome equality equity diversity inclusion access accessible accessibility
disability awareness mental health healthy wellness mindfulness yoga food cook cooking cookbook bread tea coffee cats
cat dogs dog pet pets animal animals dinosaur dinosaurs dragon dragons fairy tale tales mystery mysteries romance
fantasy horror thriller comic comics graphic manga anime audiobook audiobooks ebook ebooks magazine magazines newspaper
newspapers podcast podcasts radio video videos live stream streaming chat talk talks discussion debate question
questions answer answers ask me anything quiz trivia contest competition challenge bingo prize prizes winner winners
vote voting election elections citizen citizens citizenship democracy rights human law laws job jobs career careers
business money finance tax taxes grant grants fund funding donate donation donations volunteer volunteers staff pick
picks picked choice recommended recommendation recommendations recommends review reviews list lists top best favourite
favorite favorites shelf shelves shelfie stack stacks page pages chapter cover covers title titles series sequel first
last edition reprint print printing copy copies borrow borrowing loan loans return returns renew hold holds fine fines
no overdue free free catalogue catalog collection collections special rare reference research study studies
spelling math maths english spanish french language languages translate translation bilingual dual word words wordy
throw throwback tbt bookface blind date love loves loving lover lovers life lives living good great happy birthday
anniversary christmas hanukkah ramadan diwali easter halloween thanksgiving valentine valentines independence memorial
labor labour veterans mothers fathers grandparents earthday lunar moon star stars sun sky night sleep bed bedtime
morning afternoon evening today tomorrow tonight weekly monthly daily one two three four five six seven eight nine ten
hundred thousand million before after kindergarten preschool ready early years outreach mobile bookmobile van bus
bike walk walking run running dance dancing sing singing song songs rhyme rhymes lap sit play playing playtime toy toys
puzzle puzzles build building design photo photos photography picture pictures exhibit exhibition display festival fest
fair fairs market sale sales big little small tiny huge old young youth generation generations support supports save
saving our think thinking thinker create creating creative creativity imagine imagination inspire inspired inspiring
discover discovery explore explorer explorers adventure adventures journey travel trip trips map maps guide guides tip
tips trick tricks how why what when where who this that there here not just more most than from by as be are was has
have do does did go going get getting take give giving tuesdays wednesdays thursdays mondays fridays saturdays sundays
teachers tutor tutoring mentor skill skills resume interview small talk speak speaking speaker speakers book tok
booktok bookstagram bookclub readathon readalong bookshelf bookmark bookmarks bookstore bookshop
"""
_SPANISH = """
biblioteca bibliotecas bibliotecaria bibliotecario libro libros leer lectura lecturas lector lectores lectora club de
del la las el los un una unos y en con para por mi tu su nuestra nuestro dia dias día días mes semana año años hora
horas cuento cuentos cuentacuentos cuentista historia historias niños niñas niño niña familia familias jovenes jóvenes
mayores adultos escuela verano invierno primavera otoño lunes martes miercoles miércoles jueves viernes sabado sábado
domingo enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre feria fiesta noche
tarde mañana hoy libre gratis abierto cerrado taller talleres curso cursos clase clases poesia poesía poema poemas
novela novelas autor autora autores escritor escritora escritores música cine arte teatro juego juegos ciencia
lengua idioma español castellano mujer mujeres mundial nacional internacional derechos humanos salud vida amor ciudad
barrio pueblo comunidad cultura cultural culturas nueva nuevo nuevas nuevos recomendacion recomendamos leemos lee
carnet prestamo préstamo usuarios amigos feliz cumpleaños navidad reyes
"""
_FRENCH = """
bibliotheque bibliothèque bibliotheques bibliothèques mediatheque médiathèque livre livres lire lecture lectures
lecteur lecteurs lectrice heure du des le les la un une et en avec pour par mon ma notre nos votre jour jours mois
semaine année conte contes histoire histoires enfants enfant famille familles ados jeunes adultes ecole école ete été
hiver printemps automne lundi mardi mercredi jeudi vendredi samedi dimanche janvier fevrier février mars avril mai juin
juillet aout août septembre octobre novembre decembre décembre nuit soir matin demain aujourd fete fête atelier
ateliers cours poesie poésie poeme poème roman romans auteur autrice auteurs ecrivain écrivain musique cinema cinéma
jeu jeux science langue francais français femmes monde national droits sante santé vie amour ville quartier culture
nouveau nouvelle nouveautes nouveautés coup coeur cœur rentree rentrée litteraire littéraire printemps poètes salon
patrimoine gratuit ouvert fermé noel noël bébé bebe tout petits
"""


@cache
def known() -> frozenset[str]:
    """Every word of the list; one letter only where it is a word."""
    return words_of(_ENGLISH + _SPANISH + _FRENCH)


@cache
def _longest() -> int:
    return max(map(len, known()))


def split(tag: str) -> list[str]:
    """The words a tag is made of, as few as possible; [] where one of them is not known."""
    words = known()
    best: list[list[str] | None] = [[]] + [None] * len(tag)
    for end in range(1, len(tag) + 1):
        for start in range(max(0, end - _longest()), end):
            before = best[start]
            if before is None or tag[start:end] not in words:
                continue
            now = best[end]
            if now is None or _cost([*before, tag[start:end]]) < _cost(now):
                best[end] = [*before, tag[start:end]]
    return best[len(tag)] or []


def _cost(words: list[str]) -> tuple[int, int]:
    """Few words; among equals the one with the longest piece."""
    return len(words), -max(map(len, words), default=0)


def camel(tag: str) -> str:
    """'bannedbooksweek' as 'BannedBooksWeek'; the tag itself where its words are not known."""
    words = split(tag)
    return "".join(word[0].upper() + word[1:] for word in words) if len(words) > 1 else tag


# The commonest little words of languages: what a text is full of tells what it is written in.
LITTLE: dict[str, frozenset[str]] = {
    "en": words_of(
        """
        the and of to in is that it for you with on this are be at your our we have will from or as by can all not
        an has if they more what when about join us come
        """
    ),
    "es": words_of(
        """
        el los las que y del en un una por con para se es al lo como más o su sus nos te le este esta son hay muy ya
        pero desde hasta cuando sobre todos también nuestra nuestro tu
        """
    ),
    "fr": words_of(
        """
        le les des et du en un une est que qui dans pour au aux avec sur par plus ce cette vous nous votre notre il
        elle ou ne pas se sont été chez tous leur ces ses
        """
    ),
    "de": words_of(
        """
        der die das und ist in den von zu mit sich des auf für nicht ein eine im dem es wir sie ihr uns auch am um
        bei oder als wie werden
        """
    ),
    "it": words_of(
        """
        il lo gli di che è per un una con non del della dei in si da sono al alla nel nella le ci più anche come
        questo questa tutti
        """
    ),
    "pt": words_of(
        """
        o os as que e do da dos das em um uma para com não por no na nos nas é se mais ao como sua seu você são
        também até
        """
    ),
    "nl": words_of(
        """
        de het een en van in is dat op te voor met zijn aan er niet om ook als bij naar of wij we u je uw onze kom
        worden
        """
    ),
    "pl": words_of("i w na z do się nie że to jest o jak po za od dla oraz są przez przy czy tym"),
}
SCRIPTS = {
    "Cyrillic": ("ru", "uk", "bg", "sr", "be", "mk", "kk"),
    "Greek": ("el",),
    "Arabic": ("ar", "fa", "ur", "ps", "ku"),
    "Hebrew": ("he", "yi"),
    "Han": ("zh", "ja"),
    "Hiragana": ("ja",),
    "Hangul": ("ko",),
    "Devanagari": ("hi", "ne", "mr"),
    "Thai": ("th",),
    "Bengali": ("bn",),
    "Armenian": ("hy",),
    "Georgian": ("ka",),
    "Ethiopic": ("am", "ti"),
}

GIVEN_NAMES = words_of(
    """
    Aaron Abigail Adam Aisha Alan Alejandro Alex Alice Amanda Amelia Amy Ana Andrea Andrew Angela Anna Anne
    Anthony Antonio Ava Barbara Ben Benjamin Beth Brandon Brian Camille Carla Carlos Carmen Carol Catherine
    Charles Charlotte Chloe Chris Christopher Claire Claudia Daniel David Deborah Diana Diego Dorothy Dylan
    Edward Elena Elizabeth Ella Ellen Emily Emma Eric Ethan Eva Evelyn Fatima Felix Fernando Francisco Frank
    Gabriel Gary Gemma George Gloria Grace Hannah Harry Heather Helen Henry Hugo Ian Ibrahim Isabel Isabella
    Jack Jacob James Jane Jason Javier Jean Jennifer Jessica Joan John Jonathan Jorge Jose José Joseph Joshua
    Juan Julia Julie Karen Kate Katherine Kathleen Kevin Kimberly Laura Lauren Leo Liam Linda Lisa Lucas Lucia
    Lucía Lucy Luis Luke Manuel Margaret Maria María Marie Mark Marta Martin Mary Mateo Matthew Megan Melissa
    Mia Michael Michelle Miguel Mohamed Mohammed Nancy Natalie Nathan Nicholas Nicole Noah Noor Olivia Omar
    Pablo Patricia Patrick Paul Paula Pedro Peter Philip Priya Rachel Rebecca Richard Robert Rosa Rose Ruth Ryan
    Samuel Sandra Sara Sarah Scott Sean Sebastian Sergio Sharon Simon Sofia Sophia Sophie Stephanie Stephen
    Steven Susan Thomas Tom Valentina Victoria William Yusuf Zoe Zoé Aurélie Céline Élodie François Guillaume
    Jérôme Léa Louis Manon Mathieu Nathalie Pierre Théo Thierry Valérie
    """
)
