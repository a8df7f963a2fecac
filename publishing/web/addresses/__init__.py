"""What an address says: its parts, whether it is one of this site, and what an old or a wrong one meant.

Not the views at the addresses (`web.views`). Begin with `wrong_addresses`.
"""
