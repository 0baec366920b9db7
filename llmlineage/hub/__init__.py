"""What the Hugging Face Hub itself says of its repositories: cards, and the metadata made from them.

Everything here is declared and not curated: nobody has opened the documents behind it.
"""
