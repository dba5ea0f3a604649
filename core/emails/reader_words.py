"""What people outside read of us besides the mails themselves, in their languages.

They are no users, so the catalogues of core.i18n, which follow a user's Slack, do not reach them.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

FALLBACK = "en"


@dataclass(frozen=True)
class ReaderWords:
    """All sentences in one language. `{company}` stands for who writes; `{who}` and `{when}` for a mail's."""

    wrote: str
    """Above the text an answer repeats, as mail programs write it: so that others know it for a quote."""
    link: str
    """The link below a mail."""
    ask_title: str
    ask_title_plain: str
    """Where it is not known who writes."""
    ask_text: str
    stop: str
    done_title: str
    done_text: str
    resume: str
    resumed_title: str
    resumed_text: str
    held_title: str
    """They are off the list of those who want none, and yet are not written to: mail came back, for one."""
    held_text: str
    broken_title: str
    broken_text: str


WORDS: Mapping[str, ReaderWords] = MappingProxyType(
    {
        "en": ReaderWords(
            wrote="On {when}, {who} wrote:",
            link="Unsubscribe",
            ask_title="Stop e-mail from {company}?",
            ask_title_plain="Stop e-mail from this sender?",
            ask_text="You will get no more e-mail from them at this address. It takes effect at once.",
            stop="Stop e-mail",
            done_title="You will get no more e-mail",
            done_text="Your address was taken off the list. If that was a mistake, you can undo it here.",
            resume="Receive e-mail again",
            resumed_title="You receive e-mail again",
            resumed_text="Your address is back on the list. You can change your mind here at any time.",
            held_title="You asked for e-mail again",
            held_text="Your request is noted, but no e-mail goes to this address yet: mail to it came back or "
            "was reported as spam, or the sender took it off the list. Please contact the sender.",
            broken_title="This link is not complete",
            broken_text="Please open the link in the mail again, or copy all of it. Nothing was changed.",
        ),
        "de": ReaderWords(
            wrote="Am {when} schrieb {who}:",
            link="Abmelden",
            ask_title="Keine E-Mails mehr von {company}?",
            ask_title_plain="Keine E-Mails mehr von diesem Absender?",
            ask_text="Sie erhalten dann an diese Adresse keine E-Mails mehr. Das gilt sofort.",
            stop="Keine E-Mails mehr",
            done_title="Sie erhalten keine E-Mails mehr",
            done_text="Ihre Adresse wurde ausgetragen. Falls das ein Versehen war, können Sie es hier zurücknehmen.",
            resume="Wieder E-Mails erhalten",
            resumed_title="Sie erhalten wieder E-Mails",
            resumed_text="Ihre Adresse ist wieder eingetragen. Sie können es sich hier jederzeit anders überlegen.",
            held_title="Sie möchten wieder E-Mails erhalten",
            held_text="Das ist vermerkt. An diese Adresse gehen aber noch keine E-Mails: Post kam zurück oder "
            "wurde als Spam gemeldet, oder der Absender hat sie ausgetragen. Bitte wenden Sie sich "
            "an den Absender.",
            broken_title="Dieser Link ist nicht vollständig",
            broken_text="Bitte öffnen Sie den Link in der E-Mail noch einmal, oder kopieren Sie ihn ganz. "
            "Es wurde nichts geändert.",
        ),
        "es": ReaderWords(
            wrote="El {when}, {who} escribió:",
            link="Darse de baja",
            ask_title="¿No recibir más correos de {company}?",
            ask_title_plain="¿No recibir más correos de este remitente?",
            ask_text="No recibirá más correos suyos en esta dirección. Tiene efecto de inmediato.",
            stop="No recibir más correos",
            done_title="No recibirá más correos",
            done_text="Su dirección se ha dado de baja. Si fue un error, puede deshacerlo aquí.",
            resume="Volver a recibir correos",
            resumed_title="Vuelve a recibir correos",
            resumed_text="Su dirección está de nuevo en la lista. Puede cambiar de opinión aquí en cualquier momento.",
            held_title="Ha pedido volver a recibir correos",
            held_text="Lo hemos anotado, pero aún no se envían correos a esta dirección: hubo correos "
            "devueltos o marcados como spam, o el remitente la dio de baja. Póngase en contacto con "
            "el remitente.",
            broken_title="Este enlace no está completo",
            broken_text="Abra de nuevo el enlace del correo o cópielo entero. No se ha cambiado nada.",
        ),
        "fr": ReaderWords(
            wrote="Le {when}, {who} a écrit :",
            link="Se désabonner",
            ask_title="Ne plus recevoir d’e-mails de {company} ?",
            ask_title_plain="Ne plus recevoir d’e-mails de cet expéditeur ?",
            ask_text="Vous ne recevrez plus d’e-mails de sa part à cette adresse. L’effet est immédiat.",
            stop="Ne plus recevoir d’e-mails",
            done_title="Vous ne recevrez plus d’e-mails",
            done_text="Votre adresse a été retirée de la liste. Si c’était une erreur, vous pouvez l’annuler ici.",
            resume="Recevoir à nouveau des e-mails",
            resumed_title="Vous recevez à nouveau des e-mails",
            resumed_text="Votre adresse est de nouveau sur la liste. Vous pouvez changer d’avis ici à tout moment.",
            held_title="Vous souhaitez recevoir à nouveau des e-mails",
            held_text="C’est noté, mais aucun e-mail n’est encore envoyé à cette adresse : des messages sont "
            "revenus ou ont été signalés comme indésirables, ou l’expéditeur l’a retirée. Veuillez "
            "contacter l’expéditeur.",
            broken_title="Ce lien n’est pas complet",
            broken_text="Ouvrez de nouveau le lien du message ou copiez-le en entier. Rien n’a été modifié.",
        ),
        "nl": ReaderWords(
            wrote="Op {when} schreef {who}:",
            link="Afmelden",
            ask_title="Geen e-mail meer van {company}?",
            ask_title_plain="Geen e-mail meer van deze afzender?",
            ask_text="U krijgt dan geen e-mail meer op dit adres. Dat gaat meteen in.",
            stop="Geen e-mail meer",
            done_title="U krijgt geen e-mail meer",
            done_text="Uw adres is van de lijst gehaald. Was dat een vergissing, dan kunt u het hier terugdraaien.",
            resume="Weer e-mail ontvangen",
            resumed_title="U krijgt weer e-mail",
            resumed_text="Uw adres staat weer op de lijst. U kunt hier altijd van gedachten veranderen.",
            held_title="U wilt weer e-mail krijgen",
            held_text="Dat is genoteerd, maar er gaat nog geen e-mail naar dit adres: post kwam terug of werd "
            "als spam gemeld, of de afzender heeft het van de lijst gehaald. Neem contact op met de "
            "afzender.",
            broken_title="Deze link is niet volledig",
            broken_text="Open de link in de e-mail opnieuw of kopieer hem helemaal. Er is niets veranderd.",
        ),
        "pl": ReaderWords(
            wrote="W dniu {when} {who} napisał(a):",
            link="Wypisz się",
            ask_title="Nie otrzymywać więcej e-maili od {company}?",
            ask_title_plain="Nie otrzymywać więcej e-maili od tego nadawcy?",
            ask_text="Na ten adres nie przyjdą już żadne e-maile. Zmiana działa od razu.",
            stop="Nie chcę więcej e-maili",
            done_title="Nie będzie więcej e-maili",
            done_text="Adres został usunięty z listy. Jeśli to pomyłka, można to tutaj cofnąć.",
            resume="Chcę znów otrzymywać e-maile",
            resumed_title="E-maile będą znów przychodzić",
            resumed_text="Adres jest z powrotem na liście. Decyzję można tu zmienić w każdej chwili.",
            held_title="Prośba o ponowne e-maile została zapisana",
            held_text="Na ten adres jeszcze nic nie wysyłamy: poczta wracała, została oznaczona jako spam "
            "albo nadawca usunął go z listy. Prosimy o kontakt z nadawcą.",
            broken_title="Ten link jest niepełny",
            broken_text="Proszę ponownie otworzyć link z wiadomości lub skopiować go w całości. Nic nie zmieniono.",
        ),
        "da": ReaderWords(
            wrote="Den {when} skrev {who}:",
            link="Afmeld",
            ask_title="Ingen flere e-mails fra {company}?",
            ask_title_plain="Ingen flere e-mails fra denne afsender?",
            ask_text="Du får ikke flere e-mails på denne adresse. Det gælder med det samme.",
            stop="Ingen flere e-mails",
            done_title="Du får ikke flere e-mails",
            done_text="Din adresse er taget af listen. Var det en fejl, kan du fortryde det her.",
            resume="Modtag e-mails igen",
            resumed_title="Du får e-mails igen",
            resumed_text="Din adresse er på listen igen. Du kan altid ombestemme dig her.",
            held_title="Du vil gerne have e-mails igen",
            held_text="Det er noteret, men der sendes endnu ingen e-mails til denne adresse: mails kom retur "
            "eller blev meldt som spam, eller afsenderen har fjernet den. Kontakt venligst "
            "afsenderen.",
            broken_title="Linket er ikke fuldstændigt",
            broken_text="Åbn linket i e-mailen igen, eller kopiér hele linket. Intet er ændret.",
        ),
        "sv": ReaderWords(
            wrote="Den {when} skrev {who}:",
            link="Avsluta utskick",
            ask_title="Inga fler mejl från {company}?",
            ask_title_plain="Inga fler mejl från den här avsändaren?",
            ask_text="Du får inga fler mejl till den här adressen. Det gäller genast.",
            stop="Inga fler mejl",
            done_title="Du får inga fler mejl",
            done_text="Din adress har tagits bort från listan. Om det var ett misstag kan du ångra det här.",
            resume="Få mejl igen",
            resumed_title="Du får mejl igen",
            resumed_text="Din adress finns på listan igen. Du kan ändra dig här när som helst.",
            held_title="Du vill få mejl igen",
            held_text="Det är noterat, men inga mejl går till den här adressen ännu: mejl kom tillbaka eller "
            "anmäldes som skräppost, eller så har avsändaren tagit bort den. Kontakta gärna "
            "avsändaren.",
            broken_title="Länken är inte fullständig",
            broken_text="Öppna länken i mejlet igen eller kopiera hela länken. Ingenting har ändrats.",
        ),
    }
)
"""By language (ISO 639-1)."""


def words_for(locale: str) -> tuple[str, ReaderWords]:
    """The language and its words for a locale (`de_DE`, `de-AT`); English for languages there are none for."""
    language = locale.replace("-", "_").partition("_")[0].lower()
    return (language, WORDS[language]) if language in WORDS else (FALLBACK, WORDS[FALLBACK])
