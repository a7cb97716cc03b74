"""The portal's API under /api: the same ``access_`` and ``do_`` functions as the pages, spoken in JSON.

One module a noun holds its operations and schemas; ``site`` joins them. Who calls is worked out in ``callers``,
what may be said in a body in ``bodies``, how a refusal looks in ``refusals``, what is sent twice in ``once``.
"""
