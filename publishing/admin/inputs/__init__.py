"""What stands in the fields of a form: widgets, and the addresses that the text editor asks while somebody types.

Not the fields of a whole object: those are `publishable.fields`. Begin with `widgets`.
"""
