"""What visitors look for on the site as it begins, and the right first answer."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils.translation import override

from publishing.search.query import find

MOST_QUERIES = 8  # of a search, what is shown of it included

DUTCH = (
    ("contact", "/contact/"),
    ("telefoon", "/contact/"),
    ("telefoonnummer", "/contact/"),
    ("adres", "/contact/"),
    ("e-mail", "/contact/"),
    ("email", "/contact/"),
    ("bellen", "/contact/"),
    ("personeel", "/contact/"),
    ("klacht", "/contact/"),
    ("medewerkers", "/contact/"),
    ("prioriteiten", "/prioriteiten/"),
    ("thema’s", "/themas/"),
    ("themas", "/themas/"),
    ("thema's", "/themas/"),
    ("gemeenten", "/"),
    ("18 gemeenten", "/"),
    ("streek pact", "/"),
    ("streekpact", "/"),
    ("Streekpakt", "/"),
    ("Ieper", "/"),
    ("Diksmuide", "/"),
    ("Ypres", "/"),
    ("Furnes", "/"),
    ("Poperinge", "/"),
    ("De Panne", "/"),
    ("wie zetelt in RESOC", "/"),
    ("netwerk", "/"),
    ("VDAB", "/"),
    ("pact", "/"),
    ("steden", "/"),
    ("bereikbaarheid", "/prioriteiten/mobiliteit-en-ontsluiting/"),
    ("mobiliteit", "/prioriteiten/mobiliteit-en-ontsluiting/"),
    ("mobilteit", "/prioriteiten/mobiliteit-en-ontsluiting/"),
    ("MOBILITEIT", "/prioriteiten/mobiliteit-en-ontsluiting/"),
    ("wie is verantwoordelijk voor mobiliteit", "/prioriteiten/mobiliteit-en-ontsluiting/"),
    ("verkeer", "/prioriteiten/mobiliteit-en-ontsluiting/"),
    ("trein", "/prioriteiten/mobiliteit-en-ontsluiting/"),
    ("fiets", "/prioriteiten/mobiliteit-en-ontsluiting/"),
    ("verbindingen", "/prioriteiten/mobiliteit-en-ontsluiting/"),
    ("prioriteit 1", "/prioriteiten/mobiliteit-en-ontsluiting/"),
    ("arbeidsmarkt", "/prioriteiten/tewerkstellingsbeleid/"),
    ("arbeidsmarktbeleid", "/prioriteiten/tewerkstellingsbeleid/"),
    ("werkgelegenheid", "/prioriteiten/tewerkstellingsbeleid/"),
    ("job", "/prioriteiten/tewerkstellingsbeleid/"),
    ("jobs", "/prioriteiten/tewerkstellingsbeleid/"),
    ("vacature", "/prioriteiten/tewerkstellingsbeleid/"),
    ("vacatures", "/prioriteiten/tewerkstellingsbeleid/"),
    ("tewerkstelling", "/prioriteiten/tewerkstellingsbeleid/"),
    ("tewerkstellings", "/prioriteiten/tewerkstellingsbeleid/"),
    ("prioriteit 3", "/prioriteiten/werken-in-de-westhoek/"),
    ("werken in de westhoek", "/prioriteiten/werken-in-de-westhoek/"),
    ("onderwijs", "/prioriteiten/campus-westhoek/"),
    ("school", "/prioriteiten/campus-westhoek/"),
    ("cursus", "/prioriteiten/campus-westhoek/"),
    ("opleiding", "/prioriteiten/campus-westhoek/"),
    ("speerpuntsectoren", "/prioriteiten/speerpuntsectoren/"),
    ("speerpunt", "/prioriteiten/speerpuntsectoren/"),
    ("speerpunt sectoren", "/prioriteiten/speerpuntsectoren/"),
    ("speerpuntsektoren", "/prioriteiten/speerpuntsectoren/"),
    ("bedrijven", "/prioriteiten/speerpuntsectoren/"),
    ("sectoren", "/prioriteiten/speerpuntsectoren/"),
    ("lokale overheden", "/prioriteiten/lokale-overheden/"),
    ("burgemeester", "/prioriteiten/lokale-overheden/"),
    ("gemeentebestuur", "/prioriteiten/lokale-overheden/"),
    ("Halsberge", "/contact/johan-halsberghe/"),
    ("halsberghe", "/contact/johan-halsberghe/"),
    ("Verhaege", "/contact/sigrid-verhaeghe/"),
    ("Tybaert", "/contact/stephanie-thybaert/"),
    ("Stefanie", "/contact/stephanie-thybaert/"),
    ("stephanie", "/contact/stephanie-thybaert/"),
    ("+32472051783", "/contact/stephanie-thybaert/"),
    ("0032472051783", "/contact/stephanie-thybaert/"),
    ("0472 05 17 83", "/contact/stephanie-thybaert/"),
    ("0472/05.17.83", "/contact/stephanie-thybaert/"),
    ("regiomarketing", "/themas/regiomarketing/"),
    ("regio marketing", "/themas/regiomarketing/"),
    ("streekpromotie", "/themas/regiomarketing/"),
    ("WBD", "/themas/westhoek-business-district/"),
    ("bedrijventerrein", "/themas/westhoek-business-district/"),
    ("business district", "/themas/westhoek-business-district/"),
    ("BRV", "/themas/beleidsplan-ruimte-vlaanderen/"),
    ("ruimtelijke ordening", "/themas/beleidsplan-ruimte-vlaanderen/"),
    ("privacy", "/privacy/"),
    ("gdpr", "/privacy/"),
    ("toegankelijkheid", "/toegankelijkheid/"),
    # What people type: other forms, slips of the finger, French names, and words of which one is wrong.
    ("mobiliteiten", "/prioriteiten/mobiliteit-en-ontsluiting/"),
    ("ontsluitng", "/prioriteiten/mobiliteit-en-ontsluiting/"),
    ("mobiliteit en ontsluitng", "/prioriteiten/mobiliteit-en-ontsluiting/"),
    ("mobiliteit xyzzy", "/prioriteiten/mobiliteit-en-ontsluiting/"),
    ("bussen", "/prioriteiten/mobiliteit-en-ontsluiting/"),
    ("treinen", "/prioriteiten/mobiliteit-en-ontsluiting/"),
    ("fietspad", "/prioriteiten/mobiliteit-en-ontsluiting/"),
    ("verkeersveiligheid", "/prioriteiten/mobiliteit-en-ontsluiting/"),
    ("mobilité", "/prioriteiten/mobiliteit-en-ontsluiting/"),
    ("wie doet regiomarketing?", "/themas/regiomarketing/"),
    ("marketting", "/themas/regiomarketing/"),
    ("regiomarketting", "/themas/regiomarketing/"),
    ("westhoek business distrikt", "/themas/westhoek-business-district/"),
    ("werkgelegenhied", "/prioriteiten/tewerkstellingsbeleid/"),
    ("tewerkstelingsbeleid", "/prioriteiten/tewerkstellingsbeleid/"),
    ("scholen", "/prioriteiten/campus-westhoek/"),
    ("kampus", "/prioriteiten/campus-westhoek/"),
    ("speerpunten", "/prioriteiten/speerpuntsectoren/"),
    ("burgemeesters", "/prioriteiten/lokale-overheden/"),
    ("priotiteiten", "/prioriteiten/"),
    ("prioriteit 6", "/prioriteiten/lokale-overheden/"),
    ("privacyverklaring", "/privacy/"),
    ("privacybeleid", "/privacy/"),
    ("privacy beleid", "/privacy/"),
    ("toegangelijkheid", "/toegankelijkheid/"),
    ("misie", "/"),
    ("gemeente", "/"),
    ("diksmude", "/"),
    ("Dixmude", "/"),
    ("Coxyde", "/"),
    ("La Panne", "/"),
    ("Poperinghe", "/"),
    ("Wervicq", "/"),
    ("Langemark-Poelkapelle", "/"),
    ("kontakt", "/contact/"),
    ("telefoonnummr", "/contact/"),
    ("hoe kan ik RESOC bereiken", "/contact/"),
    ("sekretariaat", "/contact/dorine-sioen/"),
    ("Sioen Dorine", "/contact/dorine-sioen/"),
    ("Sigrid Verhaege", "/contact/sigrid-verhaeghe/"),
    ("+32 (0)472 05 17 83", "/contact/stephanie-thybaert/"),
    ("051/51.93.56", "/contact/dorine-sioen/"),
)
FRENCH = (
    ("contact", "/fr/contact/"),
    ("téléphone", "/fr/contact/"),
    ("adresse", "/fr/contact/"),
    ("courriel", "/fr/contact/"),
    ("plainte", "/fr/contact/"),
    ("priorités", "/fr/priorites/"),
    ("thèmes", "/fr/themes/"),
    ("confidentialité", "/fr/confidentialite/"),
    ("mobilité", "/fr/priorites/mobilite-et-desenclavement/"),
    ("mobilite", "/fr/priorites/mobilite-et-desenclavement/"),
    ("train", "/fr/priorites/mobilite-et-desenclavement/"),
    ("trains", "/fr/priorites/mobilite-et-desenclavement/"),
    ("qui est responsable de la mobilité", "/fr/priorites/mobilite-et-desenclavement/"),
    ("emploi", "/fr/priorites/politique-de-l-emploi/"),
    ("boulot", "/fr/priorites/politique-de-l-emploi/"),
    ("travail", "/fr/priorites/travailler-dans-le-westhoek/"),
    ("l’emploi", "/fr/priorites/politique-de-l-emploi/"),
    ("Furnes", "/fr/"),
    ("Dixmude", "/fr/"),
    ("communes", "/fr/"),
    ("bus", "/fr/priorites/mobilite-et-desenclavement/"),
    ("mobillité", "/fr/priorites/mobilite-et-desenclavement/"),
    ("vélo", "/fr/priorites/mobilite-et-desenclavement/"),
    ("emplois", "/fr/priorites/politique-de-l-emploi/"),
    ("écoles", "/fr/priorites/campus-westhoek/"),
    ("ecole", "/fr/priorites/campus-westhoek/"),
    ("bourgmestres", "/fr/priorites/pouvoirs-locaux/"),
    ("mairie", "/fr/priorites/pouvoirs-locaux/"),
    ("marketing regional", "/fr/themes/marketing-territorial/"),
    ("Poperingue", "/fr/"),
    ("Coxyde", "/fr/"),
    ("Ieper", "/fr/"),
    ("stephanie thibaert", "/fr/contact/stephanie-thybaert/"),
    ("joindre le secrétariat", "/fr/contact/"),
    ("04 72 05 17 83", "/fr/contact/stephanie-thybaert/"),
    ("rgpd", "/fr/confidentialite/"),
    ("urbanisme", "/fr/themes/beleidsplan-ruimte-vlaanderen/"),
    ("aménagement", "/fr/themes/beleidsplan-ruimte-vlaanderen/"),
    ("aménagement du territoire", "/fr/themes/beleidsplan-ruimte-vlaanderen/"),
    ("espace", "/fr/themes/beleidsplan-ruimte-vlaanderen/"),
    ("BRV", "/fr/themes/beleidsplan-ruimte-vlaanderen/"),
    ("desserte", "/fr/priorites/mobilite-et-desenclavement/"),
    ("accès", "/fr/priorites/mobilite-et-desenclavement/"),
    ("entreprises", "/fr/priorites/secteurs-phares/"),
    ("conseil", "/fr/"),
    ("politique de confidentialité", "/fr/confidentialite/"),
    ("mobiliteit", "/prioriteiten/mobiliteit-en-ontsluiting/"),
)
ENGLISH = (
    ("contact", "/en/contact/"),
    ("phone", "/en/contact/"),
    ("address", "/en/contact/"),
    ("complaint", "/en/contact/"),
    ("priorities", "/en/priorities/"),
    ("topics", "/en/themes/"),
    ("board", "/en/"),
    ("Ypres", "/en/"),
    ("municipalities", "/en/"),
    ("mobility", "/en/priorities/mobility-and-access/"),
    ("mobilty", "/en/priorities/mobility-and-access/"),
    ("who is responsible for mobility", "/en/priorities/mobility-and-access/"),
    ("jobs", "/en/priorities/employment-policy/"),
    ("vacancy", "/en/priorities/employment-policy/"),
    ("town hall", "/en/priorities/local-authorities/"),
    ("mayor", "/en/priorities/local-authorities/"),
    ("privacy", "/en/privacy/"),
    ("MOBILITY", "/en/priorities/mobility-and-access/"),
    ("schools", "/en/priorities/campus-westhoek/"),
    ("mayors", "/en/priorities/local-authorities/"),
    ("exectuive committee", "/en/"),
    ("how do I reach RESOC", "/en/contact/"),
    ("complaints", "/en/contact/"),
    ("Verhaege", "/en/contact/sigrid-verhaeghe/"),
    ("GDPR", "/en/privacy/"),
    ("privacy policy", "/en/privacy/"),
)


@pytest.mark.django_db
@pytest.mark.parametrize(("language", "table"), [("nl", DUTCH), ("fr", FRENCH), ("en", ENGLISH)])
def test_the_right_answer_comes_first(language, table):
    wrong = {}
    with override(language):
        for query, url in table:
            with CaptureQueriesContext(connection) as asked:
                found = find(query)
            assert len(asked) < MOST_QUERIES, query
            first = next((result.url for result in found.results(found.hits[:1])), "")
            if first != url:
                wrong[query] = first
    assert wrong == {}


def test_the_table_is_long_enough_to_mean_something():
    assert len({*DUTCH, *FRENCH, *ENGLISH}) >= 150


@pytest.mark.django_db
@pytest.mark.parametrize(
    "query", ["+32 472 05 17 83", "0032 472051783", "0472/05.17.83", "472051783", "05 17 83", "051783", "2051783"]
)
@pytest.mark.parametrize("language", ["nl", "fr"])
def test_six_digits_at_the_end_of_a_number_find_that_person_alone(query, language):
    with override(language):
        found = find(query)
        urls = [result.url for result in found.results(found.hits)]
    assert urls == [f"{'/fr' if language == 'fr' else ''}/contact/stephanie-thybaert/"]


@pytest.mark.django_db
@pytest.mark.parametrize("query", ["51783", "0472", "04720", "05 17", "1783", "47205", "999999"])
def test_fewer_digits_or_others_find_nobody(query):
    found = find(query)
    assert "/contact/stephanie-thybaert/" not in [result.url for result in found.results(found.hits)]
