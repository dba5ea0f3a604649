"""Who wrote a mail, and in which charset: what programs write against the letter of the standards."""

import pytest

from notifications.inbound import MEANT, decoded, read_mail
from tests.samples.posts import CONTENT_TYPE, raw_post

TO = "r+abc@reply.example"


@pytest.mark.parametrize(
    ("header", "name", "address"),
    [
        ("=?utf-8?q?M=C3=BCller=2C_Lena?= <lena@acme.example>", "Müller, Lena", "lena@acme.example"),
        ("=?utf-8?b?TcO8bGxlciw=?=\r\n =?utf-8?q?_Lena?= <lena@acme.example>", "Müller, Lena", "lena@acme.example"),
        ('"Müller, Lena" <lena@acme.example>', "Müller, Lena", "lena@acme.example"),
        ("=?utf-8?q?boss=40corp.example=2C?= <eve@evil.example>", "boss@corp.example,", "eve@evil.example"),
        (
            "=?utf-8?q?Lena_=3Cboss=40corp.example=3E?= <eve@evil.example>",
            "Lena <boss@corp.example>",
            "eve@evil.example",
        ),
        ("=?utf-8?q?Ana_=28Sales?= <ana@acme.example>", "Ana (Sales", "ana@acme.example"),
        ("Ana :( <ana@acme.example>", "Ana :(", "ana@acme.example"),
        ("lena@acme.example", "", "lena@acme.example"),
        ("lena@münchen.example", "", "lena@münchen.example"),
        ("nobody", "", "bounces@acme.example"),
    ],
)
def test_a_senders_name_is_no_address(header: str, name: str, address: str) -> None:
    mail = f"From: {header}\r\nTo: {TO}\r\n\r\nHello".encode()
    found = read_mail(CONTENT_TYPE, raw_post(mail, to=TO, envelope_from="bounces@acme.example"))
    assert (found.from_name, found.from_address) == (name, address)


@pytest.mark.parametrize(
    ("data", "charset", "words"),
    [
        ("100 € – “ja”".encode("cp1252"), "ISO-8859-1", "100 € – “ja”"),
        (b"a\x81b", "latin1", "a\x81b"),
        ("朱镕基".encode("gbk"), "gb2312", "朱镕基"),
        ("①".encode("cp932"), "Shift_JIS", "①"),
        ("뷁".encode("cp949"), "euc-kr", "뷁"),
        ("ราคา 100 €".encode("cp874"), "TIS-620", "ราคา 100 €"),
        ("ราคา".encode("cp874"), "windows-874", "ราคา"),
        ("שלום".encode("iso8859-8"), "ISO-8859-8-I", "שלום"),
        ("שלום".encode("cp1255"), "Windows-1255", "שלום"),
    ],
)
def test_a_charset_is_read_as_the_larger_one_that_programs_mean_by_it(data: bytes, charset: str, words: str) -> None:
    assert decoded(data, charset) == words


@pytest.mark.parametrize("charset", [*MEANT, *MEANT.values(), "windows-874", "iso-8859-8-i", "no-such-charset"])
def test_whatever_the_bytes_are_a_mail_is_read(charset: str) -> None:
    assert "Hello" in decoded(b"Hello" + bytes(range(128, 256)), charset)
