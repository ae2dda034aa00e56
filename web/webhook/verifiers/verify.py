"""Checks webhooks of Passage: with the secret by the standard library alone, with the public keys by PyJWT and cryptography."""

import base64
import binascii
import hashlib
import hmac
import time

import jwt

TOLERANCE = 5 * 60  # seconds between the two clocks, and for the way


class Refused(Exception):
    """The request is not what it says it is."""


def verify_shared(secret, headers, body):
    """Checks webhook-signature with your secret, whsec_….

    The headers are a mapping with names in lower case, or one that does not mind. The body is the request's bytes as they came.
    """
    try:
        key = base64.b64decode(secret.removeprefix("whsec_"), validate=True)
        identifier, sent = headers["webhook-id"], headers["webhook-timestamp"]
        signatures = headers["webhook-signature"].split(" ")
        age = abs(time.time() - int(sent))
    except (KeyError, ValueError, binascii.Error) as fault:
        raise Refused("the signature is missing or cannot be read") from fault
    if age > TOLERANCE:
        raise Refused("the signature is too old")
    signed = hmac.new(key, f"{identifier}.{sent}.".encode() + body, hashlib.sha256).digest()
    expected = "v1," + base64.b64encode(signed).decode()
    # While secrets change there is a signature of each.
    if not any(hmac.compare_digest(expected.encode(), given.encode()) for given in signatures):
        raise Refused("the signature is of another secret or body")


class Keys:
    """Checks X-Passage-Signature with the public keys of a server. One is for all requests: it keeps the keys."""

    def __init__(self, url, organization):
        """url is https://…/.well-known/jwks.json; organization is yours, org_…: what is signed for another is not for you."""
        self.client = jwt.PyJWKClient(url, cache_keys=False)  # the set is kept for five minutes, a retired key no longer
        self.organization = organization

    def verify(self, headers, body):
        """Headers and body as in verify_shared."""
        try:
            token = headers["x-passage-signature"]
            key = self.client.get_signing_key_from_jwt(token)
            claims = jwt.decode(
                token,
                key.key,
                algorithms=["ES256"],
                audience=self.organization,
                options={"require": ["aud", "iat", "request_body_sha256"]},
                leeway=TOLERANCE,
            )
        except (KeyError, jwt.PyJWTError) as fault:
            raise Refused("the signature is missing or does not fit") from fault
        if time.time() - claims["iat"] > TOLERANCE:
            raise Refused("the signature is too old")
        if claims["request_body_sha256"] != hashlib.sha256(body).hexdigest():
            raise Refused("the signature is of another body")
