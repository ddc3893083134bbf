"""What Schemathesis makes up, as terminals write it."""

import schemathesis


def whole(value):
    """JSON Schema takes 7.0 for a whole number; no terminal writes one so, and no platform reads it."""
    if isinstance(value, dict):
        return {key: whole(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [whole(inner) for inner in value]
    return int(value) if isinstance(value, float) and value.is_integer() else value


@schemathesis.hook
def map_body(context, body):
    return whole(body)
