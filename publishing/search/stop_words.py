"""Words that say nothing of what somebody looks for, in each language, folded: articles, pronouns, question words."""

from collections.abc import Sequence

from publishing.search.text import Word

DUTCH = """
aan al alle als bij dan dat de den der deze die dit doe doen doet door een en er haar had heb hebben heeft hen het hij
hoe hun ik in is je jij jullie kan kunnen ligt maar me meer men met mij mijn moet na naar niet nog nu of om onder ons
onze ook op over te tegen ten ter tot u uit uw van veel vind voor waar waarom wanneer was wat we welk welke werd wie
wij willen wordt worden ze zich zij zijn zo zoek zoeken zou zullen
"""
FRENCH = """
a ai as au aussi aux avec avoir c ce cela ces cet cette chez comme comment d dans de des du elle elles en est et etait
etre eux faire cherche fait faut il ils j je l la le les leur leurs lui m ma mais me mes moi mon n ne nos notre nous
on ont ou par pas plus pour pourquoi qu quand que quel quelle quelles quels qui quoi s sa sans se ses si son sont sur
t ta te tes toi ton tous tout toute toutes trouve trouver tu un une vos votre vous y
"""
ENGLISH = """
a about all am an and are as at be been but by can could did do does for from had has have he her here him his how i
if in into is it its me more my no not of on or our she should so some than that the their them then there these they
this those to was we were what when where which who whose why will with would you your
"""

STOP_WORDS = frozenset(f"{DUTCH} {FRENCH} {ENGLISH}".split())


def telling_words(words: Sequence[Word]) -> list[Word]:
    """`words` without those that say nothing; all of them when nothing is left."""
    return [word for word in words if word.folded not in STOP_WORDS] or list(words)
