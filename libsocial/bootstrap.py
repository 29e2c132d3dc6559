"""Make the environment the product runs in, with nothing but the standard library.

``manage.py`` calls :func:`ready` before it imports Django. Three cases:

* this interpreter already has every pinned package (a container, a shared environment): go on;
* ``.venv`` beside ``manage.py`` is complete: start again inside it, which costs milliseconds;
* otherwise make or repair ``.venv``, install, stamp, and start again inside it.

The stamp is removed first and written last, so an installation killed half-way is recognised and
made anew. This file has to be readable for much older Pythons (annotations they do not know are
quoted), because it is the one that tells people theirs is too old.
"""

import contextlib
import hashlib
import importlib.util
import json
import os
import shutil
import subprocess
import sys
import time
import typing

from libsocial.pins import complete, pins

OLDEST = (3, 11)
UV = "uv==0.13.9"
ROOM = 600 * 1024 * 1024  # bytes wanted free before installing: twice what the packages take
RUN, TEST = "requirements.txt", "requirements-test.txt"
AGAIN = "LIBSOCIAL_BOOTSTRAPPED"  # set across the restart, so that a broken environment cannot loop


class Problem(Exception):
    """Something a person can put right; its text is shown as it is, without a trace."""


def take_data_folder(argv: "list[str]") -> "list[str]":
    """Return ``argv`` without ``--data DIR`` and export it as ``LIBSOCIAL_DATA`` (an absolute path).

    Settings read the variable while they load, long before a command parses its options, so the
    option has to be taken here. It then works for every command, Django's own included.
    """
    kept, rest = list(argv[:2]), list(argv[2:])
    while rest:
        word = rest.pop(0)
        if word == "--data" and rest:
            os.environ["LIBSOCIAL_DATA"] = folder_named(rest.pop(0))
        elif word.startswith("--data="):
            os.environ["LIBSOCIAL_DATA"] = folder_named(word[7:])
        else:
            kept.append(word)
    return kept


def folder_named(text: str) -> str:
    """The absolute path of a folder; an empty name (a variable that is not set) must not mean 'here'."""
    if not text.strip():
        sys.exit("--data names no folder. Write one, such as --data /srv/libsocial, or leave --data out.")
    return os.path.abspath(os.path.expanduser(text))


def ready(argv: "list[str]", root: str) -> None:
    """Return when this interpreter has every package; otherwise install and restart inside ``.venv``.

    Leaves the process with a sentence and exit code 1 when the machine lacks something.
    """
    try:
        check_python()
        wanted = TEST if argv[1:2] in (["test"], ["screens"], ["contract_log"]) else RUN  # they need the tests' tools
        home = Environment(root)
        if home.is_running():
            if home.has(wanted, same_python=True):
                return started()
        elif complete(os.path.join(root, wanted)):
            return started()
        if not home.has(wanted, same_python=home.is_running()):
            home.make(wanted)
        restart(home, argv)
    except Problem as problem:
        sys.exit("\n" + str(problem))
    except KeyboardInterrupt:
        sys.exit("\nStopped. Run the same command again to go on.")


def started() -> None:
    """Forget how often we restarted: commands that this one starts begin their own count."""
    os.environ.pop(AGAIN, None)


def restart(home: "Environment", argv: "list[str]") -> None:
    """Replace this process by the same command inside the environment."""
    times = int(os.environ.get(AGAIN, "0"))
    if times > 2:
        raise Problem(f"The Python environment is broken. Delete it and run the command again:\n  rm -r {home.folder}")
    os.environ[AGAIN] = str(times + 1)
    command = [home.python, os.path.join(home.root, "manage.py"), *argv[1:]]
    sys.stdout.flush()
    if os.name == "nt":  # there exec returns to the shell while the new process still runs
        sys.exit(subprocess.call(command))
    os.execv(home.python, command)


class Environment:
    """The ``.venv`` beside manage.py and the stamp that says what is installed in it."""

    def __init__(self, root: str) -> None:
        self.root = root
        self.folder = os.path.join(root, ".venv")
        self.stamp = os.path.join(self.folder, "libsocial.json")
        self.python = os.path.join(self.folder, *(["Scripts", "python.exe"] if os.name == "nt" else ["bin", "python"]))

    def is_running(self) -> bool:
        """Whether the running interpreter is the one of this environment."""
        return os.path.realpath(sys.prefix) == os.path.realpath(self.folder)

    def has(self, wanted: str, same_python: bool = False) -> bool:
        """Whether the stamp covers the present content of the requirements file ``wanted``.

        ``same_python`` also asks that the stamp was written for this Python: a system upgrade can
        put a newer Python under an old environment, which then finds none of its packages.
        """
        stamp = self.read()
        if same_python and stamp.get("python") != list(sys.version_info[:2]):
            return False
        return os.path.exists(self.python) and stamp.get(wanted) == self.digest(wanted)

    def read(self) -> "dict[str, object]":
        """The stamp, or nothing when it is missing or unreadable."""
        try:
            with open(self.stamp, encoding="utf-8") as file:
                return dict(json.load(file))
        except (OSError, ValueError):
            return {}

    def digest(self, wanted: str) -> str:
        """Fingerprint of a requirements file."""
        with open(os.path.join(self.root, wanted), "rb") as file:
            return hashlib.sha256(file.read()).hexdigest()

    def make(self, wanted: str) -> None:
        """Create, repair or update the environment; raises :class:`Problem`."""
        check_machine(self.root)
        with one_at_a_time(os.path.join(self.root, ".venv.lock")):
            if self.has(wanted, same_python=True):
                return  # another process did it while we waited
            started = time.monotonic()
            kept = self.clear_unless_usable()
            self.install(wanted)
            self.write({**kept, RUN: self.digest(RUN), wanted: self.digest(wanted)})
            tell(f"Installed in {time.monotonic() - started:.0f} s.")

    def clear_unless_usable(self) -> "dict[str, object]":
        """Make the environment anew unless it is whole and merely out of date; return what still holds."""
        stamp, version = self.read(), list(sys.version_info[:2])
        with contextlib.suppress(FileNotFoundError):
            os.remove(self.stamp)
        if stamp.get("python") == version and os.path.exists(self.python):
            return stamp
        tell("Making the Python environment in .venv …")
        venv = [base_python(), "-m", "venv", "--clear", self.folder]
        run(venv, self.root, "The Python environment could not be made")
        return {"python": version}

    def install(self, wanted: str) -> None:
        """Install the pins with uv, or with pip where uv cannot be had."""
        path = os.path.join(self.root, wanted)
        tell(f"Installing {len(pins(path))} packages …")
        pip = [self.python, "-m", "pip", "--disable-pip-version-check", "install", "--quiet", "--retries", "2"]
        uv = [self.python, "-m", "uv", "pip", "install", "--quiet", "--python", self.python, "-r", path]
        if worked([*pip, UV], self.root) and worked(uv, self.root):
            return
        run([*pip, "-r", path], self.root, "The packages could not be installed")

    def write(self, stamp: "dict[str, object]") -> None:
        """Put the stamp in place in one step."""
        with open(self.stamp + ".new", "w", encoding="utf-8") as file:
            json.dump(stamp, file)
        os.replace(self.stamp + ".new", self.stamp)


def check_python() -> None:
    """Raise :class:`Problem` on a Python that is too old, naming a newer one if the machine has it."""
    if sys.version_info >= OLDEST:
        return
    found = ".".join(str(part) for part in sys.version_info[:3])
    names = [f"python3.{minor}" for minor in range(15, OLDEST[1] - 1, -1)]
    newer = next((name for name in names if shutil.which(name)), None)
    advice = f"This machine also has a newer one. Type:\n  {newer} manage.py up" if newer else advice_for_python()
    raise Problem(f"LibSocial needs Python 3.11 or newer; this is Python {found}.\n{advice}")


def advice_for_python() -> str:
    """What to type to get a newer Python on this kind of machine."""
    if sys.platform == "darwin":
        return "Install one, for example with Homebrew:\n  brew install python@3.12\n  python3.12 manage.py up"
    return (
        "Debian 12, Ubuntu 24.04 and newer bring 3.11 or later:\n"
        "  sudo apt install python3 python3-venv\n  python3 manage.py up"
    )


def check_machine(root: str) -> None:
    """Raise :class:`Problem` when venv is missing, the folder is read-only or the disk is nearly full."""
    if not importlib.util.find_spec("ensurepip") or not importlib.util.find_spec("venv"):
        raise Problem(f"Python's venv module is missing. Type:\n  {advice_for_venv()}\nand run the command again.")
    if not os.access(root, os.W_OK):
        raise Problem(read_only(root))
    free = shutil.disk_usage(root).free
    if free < ROOM:
        raise Problem(no_room(root, f"{free // 1024**2} MB free, about {ROOM // 1024**2} MB needed"))


def advice_for_venv() -> str:
    """The command that brings venv; for a Python that is not the system's own, its own package."""
    default = os.path.realpath(shutil.which("python3", path="/usr/bin") or "")
    name = "python3" if os.path.realpath(base_python()) == default else "python3.{}".format(sys.version_info[1])
    return f"sudo apt install {name}-venv"


def read_only(folder: str) -> str:
    """The sentence for a folder we may not write to."""
    return (
        f"LibSocial cannot write to {folder}.\n"
        "Run it as the person who owns that folder, or copy LibSocial to a folder of your own."
    )


def no_room(folder: str, detail: str) -> str:
    """The sentence for a full disk."""
    return f"There is not enough room on the disk of {folder} ({detail}).\nMake room and run the same command again."


def base_python() -> str:
    """The interpreter to build an environment from: the one under the environment we may be in."""
    return getattr(sys, "_base_executable", None) or sys.executable


@contextlib.contextmanager
def one_at_a_time(path: str) -> "typing.Iterator[None]":
    """Hold a lock that the system frees when the process dies, so two terminals do not both install."""
    if os.name == "nt":
        yield
        return
    import fcntl

    with open(path, "w", encoding="utf-8") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            tell("Another command is installing; waiting for it …")
            fcntl.flock(file, fcntl.LOCK_EX)
        yield


def worked(command: "list[str]", root: str) -> bool:
    """Run a command quietly; whether it succeeded. A full disk ends the attempt, anything else may go another way."""
    result = subprocess.run(command, capture_output=True, text=True, env=environment())
    if any(sign in result.stderr for sign in FULL):
        raise Problem(no_room(root, "the disk is full"))
    return result.returncode == 0


def run(command: "list[str]", root: str, failure: str) -> None:
    """Run a command quietly; raises :class:`Problem` with the cause in words, or its last lines."""
    result = subprocess.run(command, capture_output=True, text=True, env=environment())
    if result.returncode == 0:
        return
    output = result.stdout + result.stderr
    raise_known(output, root)
    raise Problem(failure + ". The last lines were:\n" + "\n".join(output.strip().splitlines()[-12:]))


def environment() -> "dict[str, str]":
    """The variables for the installers: a mirror set for pip also holds for uv."""
    pairs = {"UV_DEFAULT_INDEX": "PIP_INDEX_URL", "UV_INDEX": "PIP_EXTRA_INDEX_URL"}
    found = {uv: os.environ[pip] for uv, pip in pairs.items() if os.environ.get(pip)}
    return {**found, **os.environ}


FULL = ("No space left on device", "Disk quota exceeded", "os error 28")
NO_NETWORK = (
    "NewConnectionError",
    "NameResolutionError",
    "Temporary failure in name resolution",
    "Failed to establish a new connection",
    "ConnectTimeout",
    "ReadTimeout",
    "ProxyError",
    "dns error",
    "Network is unreachable",
    "Connection refused",
    "error sending request",
)


def raise_known(output: str, folder: str) -> None:
    """Raise :class:`Problem` when an installer's output tells a cause a person can act on."""
    if any(sign in output for sign in FULL):
        raise Problem(no_room(folder, "the disk is full"))
    if "Read-only file system" in output or "Permission denied" in output:
        raise Problem(read_only(folder))
    if any(sign in output for sign in NO_NETWORK):
        raise Problem(
            "The packages could not be downloaded: the Python package index did not answer.\n"
            "Check the network (behind a proxy, set HTTPS_PROXY) and run the same command again;\n"
            "it goes on where it stopped."
        )


def tell(sentence: str) -> None:
    """Progress for the person waiting; on stderr, so that a command's own output stays clean."""
    print(sentence, file=sys.stderr, flush=True)
