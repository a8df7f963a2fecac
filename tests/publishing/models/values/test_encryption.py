import pytest

from publishing.models.values.encryption import DecryptionError, decrypt, encrypt, is_newest


@pytest.mark.parametrize("text", ["", "JBSWY3DPEHPK3PXP", "één code: ABCD\n", "x" * 100_000])
def test_what_was_encrypted_is_read_back(text):
    token = encrypt(text, "mail")
    assert token.isascii()
    assert not text or text not in token
    assert decrypt(token, "mail") == text


def test_the_same_text_gives_another_result_each_time():
    assert encrypt("code", "mail") != encrypt("code", "mail")


def test_a_text_for_one_purpose_is_none_for_another():
    token = encrypt("code", "mail")
    with pytest.raises(DecryptionError):
        decrypt(token, "share")


def test_an_older_key_still_reads_but_does_not_write(settings):
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "de oude sleutel", []
    old = encrypt("code", "mail")
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "de nieuwe sleutel", ["de oude sleutel"]
    new = encrypt("code", "mail")
    assert (decrypt(old, "mail"), decrypt(new, "mail")) == ("code", "code")
    assert (is_newest(old, "mail"), is_newest(new, "mail"), is_newest(new, "share")) == (False, True, False)
    settings.SECRET_KEY_FALLBACKS = []
    assert decrypt(new, "mail") == "code"
    with pytest.raises(DecryptionError):
        decrypt(old, "mail")


@pytest.mark.parametrize("token", ["", "geen code", "één", "gAAAAA", "\0", "a" * 200])
def test_what_is_no_encrypted_text_says_so(token):
    with pytest.raises(DecryptionError):
        decrypt(token, "mail")


def test_a_text_that_somebody_changed_is_refused():
    token = encrypt("code", "mail")
    with pytest.raises(DecryptionError):
        decrypt(token[:-10] + ("A" if token[-10] != "A" else "B") + token[-9:], "mail")
