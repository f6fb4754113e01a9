"""Small words that begin sentences in many languages, and are somebody's name in another."""

from functools import cache

from scarline.privacy.names import lists

_ARTICLES = """
der die das dem des ein eine einen einem einer le les un une el los las una unos unas il lo gli uno
os um uma het een
"""
_WORDS = """
mon tue tues wed thu thur thurs fri sat sun feb apr jul aug sep sept oct nov dec
der die das den dem des ein eine einen einem einer und oder aber wenn weil dass nicht kein keine
ist sind war waren wird werden wurde hat haben kann konnen soll sollte muss bitte danke hallo
mit von bei nach aus fur auf uber unter vor durch gegen ohne wie was wer wo wann warum hier dort
ich du er sie es wir ihr mein dein sein unser alle alles auch noch nur schon sehr mehr
le la les un une des du de et ou mais si que qui quoi quand comment pourquoi ou est sont etait
sera avec sans pour par sur sous dans entre vers chez ce cet cette ces mon ton son notre votre
leur je tu il elle nous vous ils elles on ne pas plus tres bien merci bonjour voici voila aucun
el los las una unos unas y o pero porque que quien cuando como donde es son era fue sera esta
estan hay con sin para por sobre bajo entre desde hasta este esta estos estas ese esa mi tu su
yo ella nosotros ellos usted no si muy mas bien gracias hola responde responda solo todo todos
il lo gli uno e ma se che chi quando come dove perche sono era stato con senza per su tra fra da
di del della dei delle nel nella questo questa questi queste mio tuo suo io lui lei noi voi loro
non molto bene grazie ciao ecco due tre ogni nessun dopo prima
os as um uma uns umas ou mas quem quando como onde sao foi era esta estao com sem por para sobre
este esta isso isto meu teu seu eu ele ela nos eles voce nao sim muito bem obrigado ola apos
het een en of maar als dat wie wat waar wanneer waarom hoe is zijn was waren wordt worden heeft
hebben kan moet met van voor bij naar uit op over onder door zonder deze dit die mijn jouw zijn
haar ons hun ik jij hij zij wij niet geen ook nog alleen zeer meer dank hallo
och eller men om att som nar var varfor hur ar det den en ett med utan for pa av till fran vid
og ikke har kan skal jeg han hun vi de dem min din sin hvor hvad hvem
nie tak jest sa byl byla bylo ze i oraz lub ale jesli gdy kto co gdzie kiedy jak z bez dla po na
od do przez ten ta to te moj twoj jego jej ja ty on ona my oni bardzo dobrze prosze
ve veya ama eger ki ne kim nerede nasil bu su o bir var yok ile icin gibi ben sen biz siz cok
si sau dar daca care cine unde cum este sunt cu fara pentru din la pe nu da foarte
ja tai mutta jos kun mita missa on ovat ei se tama han han me te he
dan atau tetapi jika yang apa siapa kapan di ke dari untuk dengan ini itu saya anda kami tidak ya
и или но если что кто где когда как это этот эта эти мой твой я ты он она мы вы они не
да нет очень
"""


@cache
def particles() -> lists.Hashes:
    """Return the hashes of such words, as folded as the tokens of a text are."""
    return lists.hashes_of(sorted({*_WORDS.split(), *_ARTICLES.split()}))


@cache
def articles() -> lists.Hashes:
    """Return the hashes of those that stand before things."""
    return lists.hashes_of(_ARTICLES.split())
