"""Tries the verifiers of verify.py on the cases that it reads, and writes what they said."""

import base64
import json
import sys

from verify import Keys, Refused, verify_shared


def said(verify, *arguments):
    try:
        verify(*arguments)
        return ""
    except Refused as fault:
        return f"refused: {fault}"


verdicts = []
for case in json.load(sys.stdin):
    headers, body = case["headers"], base64.b64decode(case["body"])
    keys = Keys(case["keySet"], case["organization"])
    verdicts.append(
        {
            "name": case["name"],
            "shared": said(verify_shared, case["secret"], headers, body),
            "signed": said(keys.verify, headers, body),
        }
    )
json.dump(verdicts, sys.stdout)
