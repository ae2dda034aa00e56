import { createHash } from "node:crypto";
import { createRemoteJWKSet, jwtVerify } from "jose";
import { Webhook } from "standardwebhooks";

/** What node:http gives as request.headers: the names are in lower case. */
export type Headers = Record<string, string | string[] | undefined>;

/**
 * Checks webhook-signature with your secret, whsec_…, and throws if it does not fit. The body is the request's as it
 * came, byte for byte: not parsed, and not written anew.
 */
export function verifyShared(secret: string, headers: Headers, body: Buffer): void {
  new Webhook(secret).verify(body, {
    "webhook-id": one(headers, "webhook-id"),
    "webhook-timestamp": one(headers, "webhook-timestamp"),
    "webhook-signature": one(headers, "webhook-signature"),
  });
}

/** Checks X-Passage-Signature with the public keys of a server. One is for all requests: it keeps the keys. */
export class Keys {
  private readonly keys;

  /**
   * @param url https://…/.well-known/jwks.json
   * @param organization yours, org_…: what is signed for another is not for you
   */
  constructor(
    url: string,
    private readonly organization: string,
  ) {
    this.keys = createRemoteJWKSet(new URL(url), { cacheMaxAge: 5 * 60_000 }); // a key that was retired is taken for no longer
  }

  /** Throws if the signature does not fit. */
  async verify(headers: Headers, body: Buffer): Promise<void> {
    const { payload } = await jwtVerify(one(headers, "x-passage-signature"), this.keys, {
      algorithms: ["ES256"],
      audience: this.organization,
      maxTokenAge: "5 minutes",
      clockTolerance: "30 seconds",
    });
    if (payload["request_body_sha256"] !== createHash("sha256").update(body).digest("hex")) {
      throw new Error("the signature is of another body");
    }
  }
}

function one(headers: Headers, name: string): string {
  const value = headers[name];
  if (typeof value !== "string") {
    throw new Error(`there is no ${name}`);
  }
  return value;
}
