"""Pictures of every page, made from the demo with a real browser: ``python3 manage.py screens``.

`places` says what is photographed and as whom, `stage` starts the product the
pictures are taken of, `camera` works the browser, `album` keeps the pictures.
"""
