"""Forgetting somebody: requests for it, the page for somebody who leaves, and finding the person in texts.

Not erasing of versions and files in general: that is `publishing.workflow.erasure`. Begin with `views`, the page, then
`departures`.
"""
