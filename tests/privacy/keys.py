"""A private key that opens nothing, put together here so that nobody takes it for one."""

PRIVATE_KEY = b"\n".join(
    (
        b"-----BEGIN RSA PRIVATE " + b"KEY-----",
        *[b"MIIEowIBAAKC" * 5] * 4,
        b"-----END RSA PRIVATE KEY-----",
    )
)
