"""The explorer: an edition as a page for a browser, served on this machine or written as a static site.

What the page says is worked out here by the code that the commands use, and put into words by render's, so
that page and command agree. The browser only draws it, follows edges that are given, and joins what is
given of several records.
"""
