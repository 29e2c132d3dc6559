"""A library to look around in: branches, people of every role, Practice channels, a month of posts and figures.

Everything is made through the product's own services; only dates are moved back
afterwards, because nobody can publish last Tuesday.
"""
