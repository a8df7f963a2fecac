from resoc.operations.findings import ODD, Finding


def test_each_finding_is_one_line_without_secrets(settings):
    settings.EMAIL_HOST_PASSWORD = "heel-geheim"  # noqa: S105
    finding = Finding(ODD, "a\nb heel-geheim", "mail_goes_out")
    assert finding.line == "a b ***"
    assert str(finding) == "warning  a b ***"
