"""Addresses of before: which of them visitors miss, where they lead, and pasting those of a former site.

Not following one: that is `web.addresses.old_addresses`. Begin with `old_address_admin`.
"""
