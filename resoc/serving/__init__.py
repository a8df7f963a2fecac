"""How gunicorn serves the site: the worker class, the process that warms the page cache, and gunicorn's hooks.

Not its settings: those are in `deploy/gunicorn.conf.py`. Of the application it knows the few methods in
`application` and no more. Only `worker` depends on gunicorn's insides. Begin with `hooks`.
"""
