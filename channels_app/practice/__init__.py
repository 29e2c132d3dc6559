"""Practice: the network inside the product, for training, the demo and the first run.

`network` is the far side (it stores, counts, and fails on command), `services`
what staff and first run do with it, `views` its public pages.
channels_app/platforms/practice.py is the adapter that speaks to it.
"""
