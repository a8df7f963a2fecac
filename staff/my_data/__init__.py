"""*My data*: what the site holds about a person, as that person may read and keep it.

Not changing any of it (`my_card`), nor forgetting it (`forgetting`). Begin with `views`, then `data_copy`.
"""
