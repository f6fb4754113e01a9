# ruff: noqa: RUF001 - languages of Europe
"""Sentences of ten European languages about people, and of their software about nobody.

All written for this script. Slots are those of `templates.py`; {noun} is a word of the language's
software, {Noun} the same with a capital. The tagger learns from the lines with an even number;
those with an odd one are for measuring.
"""

LOCALES = {
    "de": "de_DE de_AT de_CH", "fr": "fr_FR fr_BE fr_CH fr_CA", "es": "es_ES es_MX es_CO es_AR",
    "it": "it_IT", "nl": "nl_NL nl_BE", "pt": "pt_BR pt_PT", "pl": "pl_PL", "sv": "sv_SE",
    "tr": "tr_TR", "ru": "ru_RU",
}  # fmt: skip

PEOPLE = {
    "de": """
Guten Tag Herr {l}, Ihre Bestellung ist unterwegs.
Frau {l} bittet um Rückruf.
Ansprechpartner ist {full}.
Der Kunde {full} möchte die Rechnung {num} stornieren.
Bitte wenden Sie sich an {full}.
Ich habe gestern mit Frau {l} gesprochen.
{full} hat das Ticket eröffnet.
Das Ticket wurde {full} zugewiesen.
{f} hat die Datei gelöscht.
Können Sie bitte {f} Bescheid geben?
Der Benutzer {full} konnte sich nicht anmelden.
Die Benutzerin {full} hat ihr Passwort vergessen.
Kundin: {full}, Vertrag {num}
Sehr geehrter Herr {l}, Ihr Antrag wurde abgelehnt.
Die Lieferung geht an {full} in {city}.
Bearbeiter: {full}, Status: offen
Laut {full} ist der Fehler behoben.
Guten Morgen {f}, wie kann ich Ihnen helfen?
Mein Mann {f} hat das Konto eröffnet.
Meine Kollegin {full} übernimmt den Vorgang.
Der Vertrag von Herrn {l} endet am {date}.
Das Gespräch mit Herrn {full} wurde beendet.
Die Patientin {full} klagt über Kopfschmerzen.
Unterschrift: {full}, Geschäftsführer
{full} und {full} nehmen an der Besprechung teil.
Hier ist {full}, ich warte noch auf die Antwort.
Können Sie mich mit {full} verbinden?
Danke {f}, das hat geholfen!
Im Namen von {full} wurde ein Konto angelegt.
Antwort an {full} senden
""",
    "fr": """
Bonjour Monsieur {l}, votre commande est en route.
Contactez {full} pour plus de détails.
Madame {l} demande à être rappelée.
Le client {full} souhaite annuler la facture {num}.
Veuillez vous adresser à {full}.
J'ai parlé hier avec Mme {l}.
{full} a ouvert le ticket.
Le ticket a été attribué à {full}.
{f} a supprimé le fichier.
Pouvez-vous prévenir {f} ?
L'utilisateur {full} n'a pas pu se connecter.
L'utilisatrice {full} a oublié son mot de passe.
Cliente : {full}, contrat {num}
Cher Monsieur {l}, votre demande a été refusée.
Le colis est destiné à {full}, {city}.
Responsable : {full}, statut : ouvert
Selon {full}, l'erreur est corrigée.
Salut {f}, comment puis-je vous aider ?
Mon mari {f} a ouvert le compte.
Ma collègue {full} reprend le dossier.
Le contrat de M. {l} se termine le {date}.
La conversation avec {full} est terminée.
La patiente {full} se plaint de maux de tête.
Signé : {full}, directeur
{full} et {full} participent à la réunion.
C'est {full}, j'attends encore la réponse.
Pouvez-vous me passer {full} ?
Merci {f}, ça marche maintenant !
Un compte a été créé au nom de {full}.
Répondre à {full}
""",
    "es": """
Buenos días, señor {l}, su pedido está en camino.
La señora {l} pide que la llamen.
Contacte con {full} para más detalles.
El cliente {full} quiere anular la factura {num}.
Diríjase a {full}, por favor.
Ayer hablé con la Sra. {l}.
{full} abrió la incidencia.
La incidencia fue asignada a {full}.
{f} borró el archivo.
¿Puede avisar a {f}?
El usuario {full} no pudo iniciar sesión.
La usuaria {full} olvidó su contraseña.
Cliente: {full}, contrato {num}
Estimado Sr. {l}: su solicitud fue rechazada.
El paquete es para {full}, de {city}.
Responsable: {full}, estado: abierto
Según {full}, el error está corregido.
Hola {f}, ¿en qué puedo ayudarle?
Mi marido {f} abrió la cuenta.
Mi compañera {full} se encarga del caso.
El contrato de don {full} termina el {date}.
La conversación con {full} ha terminado.
La paciente {full} tiene dolor de cabeza.
Firmado: {full}, director
{full} y {full} asisten a la reunión.
Soy {f} otra vez, sigo esperando la respuesta.
¿Me puede comunicar con {full}?
¡Gracias, {f}, ya funciona!
Se creó una cuenta a nombre de {full}.
Responder a {full}
""",
    "it": """
Buongiorno signor {l}, il suo ordine è in viaggio.
La signora {l} chiede di essere richiamata.
Contattare {full} per i dettagli.
Il cliente {full} vuole annullare la fattura {num}.
Si rivolga a {full}.
Ieri ho parlato con la dott.ssa {l}.
{full} ha aperto la segnalazione.
La segnalazione è stata assegnata a {full}.
{f} ha cancellato il file.
Può avvisare {f}?
L'utente {full} non è riuscito ad accedere.
L'utente {full} ha dimenticato la password.
Cliente: {full}, contratto {num}
Gentile signora {l}, la sua richiesta è stata respinta.
Il pacco è per {full}, {city}.
Responsabile: {full}, stato: aperto
Secondo {full} l'errore è stato corretto.
Ciao {f}, come posso aiutarti?
Mio marito {f} ha aperto il conto.
La mia collega {full} segue la pratica.
Il contratto del sig. {l} scade il {date}.
La conversazione con {full} è terminata.
La paziente {full} ha mal di testa.
Firmato: {full}, direttore
{full} e {full} partecipano alla riunione.
Sono {full}, aspetto ancora la risposta.
Chiamare {full}.
Grazie {f}, ora funziona!
È stato creato un conto a nome di {full}.
Rispondi a {full}
""",
    "nl": """
Goedendag meneer {l}, uw bestelling is onderweg.
Mevrouw {l} wil teruggebeld worden.
Contactpersoon is {full}.
De klant {full} wil factuur {num} annuleren.
Neem contact op met {full}.
Gisteren sprak ik met mevrouw {l}.
{full} heeft het ticket geopend.
Het ticket is toegewezen aan {full}.
{f} heeft het bestand verwijderd.
Kunt u {f} op de hoogte brengen?
De gebruiker {full} kon niet inloggen.
Gebruiker {full} is het wachtwoord vergeten.
Klant: {full}, contract {num}
Geachte mevrouw {l}, uw aanvraag is afgewezen.
Het pakket is voor {full} in {city}.
Behandelaar: {full}, status: open
Volgens {full} is de fout hersteld.
Hallo {f}, hoe kan ik u helpen?
Mijn man {f} heeft de rekening geopend.
Mijn collega {full} neemt het over.
Het contract van dhr. {l} eindigt op {date}.
Het gesprek met {full} is beëindigd.
De patiënt {full} heeft hoofdpijn.
Getekend: {full}, directeur
{full} en {full} nemen deel aan de vergadering.
Met {full}, ik wacht nog op antwoord.
Kunt u mij doorverbinden met {full}?
Bedankt {f}, het werkt!
Er is een account aangemaakt op naam van {full}.
Antwoord aan {full}
""",
    "pt": """
Bom dia, senhor {l}, o seu pedido está a caminho.
A senhora {l} pede que liguem de volta.
Contate {full} para mais detalhes.
O cliente {full} quer cancelar a fatura {num}.
Dirija-se a {full}, por favor.
Ontem falei com a Sra. {l}.
{full} abriu o chamado.
O chamado foi atribuído a {full}.
{f} apagou o arquivo.
Pode avisar {f}?
O usuário {full} não conseguiu entrar.
A utilizadora {full} esqueceu a senha.
Cliente: {full}, contrato {num}
Prezada Sra. {l}, o seu pedido foi recusado.
A encomenda é para {full}, de {city}.
Responsável: {full}, estado: aberto
Segundo {full}, o erro foi corrigido.
Oi {f}, como posso ajudar?
O meu marido {f} abriu a conta.
A minha colega {full} cuida do caso.
O contrato do Sr. {l} termina em {date}.
A conversa com {full} terminou.
A paciente {full} está com dor de cabeça.
Assinado: {full}, diretor
{full} e {full} participam da reunião.
Aqui é {full}, ainda espero a resposta.
Pode me passar para {full}?
Obrigada, {f}, agora funciona!
Foi criada uma conta em nome de {full}.
Responder a {full}
""",
    "pl": """
Dzień dobry, panie {l}, zamówienie jest w drodze.
Pani {l} prosi o telefon.
Osoba kontaktowa: {full}.
Klient {full} chce anulować fakturę {num}.
Proszę zwrócić się do: {full}.
Wczoraj rozmawiała ze mną pani {l}.
{full} otworzył zgłoszenie.
Zgłoszenie przypisano: {full}.
{f} usunęła plik.
Czy {f} już o tym wie?
Użytkownik {full} nie mógł się zalogować.
Użytkowniczka {full} zapomniała hasła.
Klient: {full}, umowa {num}
Szanowna Pani {l}, wniosek został odrzucony.
Przesyłka jest dla: {full}, {city}.
Odpowiedzialny: {full}, stan: otwarty
Według {full} błąd został naprawiony.
Cześć {f}, w czym mogę pomóc?
Mój mąż {f} założył konto.
Moja koleżanka {full} przejmuje sprawę.
Umowa, którą podpisał pan {l}, kończy się {date}.
Rozmowę z {full} zakończono.
Pacjentka {full} ma ból głowy.
Podpisano: {full}, dyrektor
{full} i {full} biorą udział w spotkaniu.
Tu {full}, nadal czekam na odpowiedź.
Proszę połączyć mnie z {full}.
Dzięki {f}, już działa!
Konto założono na nazwisko {full}.
Odpowiedz: {full}
""",
    "sv": """
God dag herr {l}, din beställning är på väg.
Fru {l} vill bli uppringd.
Kontaktperson är {full}.
Kunden {full} vill avbeställa faktura {num}.
Kontakta {full} för mer information.
Igår talade jag med fru {l}.
{full} öppnade ärendet.
Ärendet har tilldelats {full}.
{f} tog bort filen.
Kan du meddela {f}?
Användaren {full} kunde inte logga in.
Användaren {full} har glömt lösenordet.
Kund: {full}, avtal {num}
Bästa {f}, din ansökan har avslagits.
Paketet ska till {full} i {city}.
Handläggare: {full}, status: öppen
Enligt {full} är felet åtgärdat.
Hej {f}, hur kan jag hjälpa dig?
Min man {f} öppnade kontot.
Min kollega {full} tar över ärendet.
Avtalet med herr {l} upphör {date}.
Samtalet med {full} är avslutat.
Patienten {full} har huvudvärk.
Undertecknat: {full}, direktör
{full} och {full} deltar i mötet.
Det är {full}, jag väntar fortfarande på svar.
Kan du koppla mig till {full}?
Tack {f}, nu fungerar det!
Ett konto skapades i namnet {full}.
Svara {full}
""",
    "tr": """
İyi günler {f} Bey, siparişiniz yolda.
{f} Hanım geri aranmak istiyor.
İlgili kişi: {full}.
Müşteri {full} {num} numaralı faturayı iptal etmek istiyor.
Lütfen {full} ile görüşün.
Dün {f} Hanım ile konuştum.
{full} talebi açtı.
Talep {full} kişisine atandı.
{f} dosyayı sildi.
Lütfen {f} ile iletişime geçin.
Kullanıcı {full} giriş yapamadı.
{full} adlı kullanıcı parolasını unuttu.
Müşteri: {full}, sözleşme {num}
Sayın {l}, başvurunuz reddedildi.
Paket {full} içindir, {city}.
Sorumlu: {full}, durum: açık
{full} hatanın giderildiğini söyledi.
Merhaba {f}, nasıl yardımcı olabilirim?
Eşim {f} hesabı açtı.
Meslektaşım {full} konuyu devraldı.
Bay {l} ile yapılan sözleşme {date} tarihinde bitiyor.
{full} ile görüşme sona erdi.
Hasta {full} baş ağrısından şikayetçi.
İmza: {full}, müdür
{full} ve {full} toplantıya katılıyor.
Ben {full}, hâlâ yanıt bekliyorum.
Beni {full} ile görüştürür müsünüz?
Teşekkürler {f}, şimdi çalışıyor!
{full} adına bir hesap oluşturuldu.
Yanıtla: {full}
""",
    "ru": """
Добрый день, господин {l}, ваш заказ в пути.
Госпожа {l} просит перезвонить.
Контактное лицо: {full}.
Клиент {full} хочет отменить счёт {num}.
Обратитесь к сотруднику {full}.
Вчера звонила госпожа {l}.
{full} открыл обращение.
Ответственный по заявке {full}.
{f} удалил файл.
Сообщите, пожалуйста, что {f} опоздает.
Пользователь {full} не смог войти.
Пользователь {full} забыл пароль.
Клиент: {full}, договор {num}
Уважаемая госпожа {l}, ваша заявка отклонена.
Посылку получит {full}, {city}.
Исполнитель: {full}, статус: открыто
По словам {full}, ошибка исправлена.
Здравствуйте, {f}, чем могу помочь?
Мой муж {f} открыл счёт.
Моя коллега {full} займётся этим.
Договор, который подписал {full}, истекает {date}.
Разговор с {full} завершён.
Пациент {full} жалуется на головную боль.
Подпись: {full}, директор
{full} и {full} участвуют в совещании.
Это {full}, я всё ещё жду ответа.
Соедините меня с {full}.
Спасибо, {f}, теперь работает!
Счёт открыт на имя {full}.
Ответить: {full}
""",
}

NOBODY = {
    "de": """
Die Tabelle {Noun} wurde nicht gefunden.
Das Modell {Tech} hat keine {Noun} geliefert.
Werkzeug {Noun} meldete einen Fehler in Zeile {num}.
Tabelle {Noun}, Spalte {Noun}: ungültiger {Noun}.
Guten Tag, Ihre {Noun} wurde geprüft.
Der Dienst {Noun} antwortet nicht; {Noun} in Kürze.
Bitte prüfen Sie die {Noun} und den {Noun}.
{Noun}: {Noun} nach {num} Sekunden
{Noun} {Noun} {Noun}
Keine {Noun}, aber {Noun} und {Noun}
Ihr {Noun} bei {org} ist abgelaufen.
Können Sie mir die {Noun} nennen? Danke!
Zu dieser {Noun} liegt uns leider keine {Noun} vor.
{Noun} in {city} ist gestört
Hallo, ich brauche Hilfe mit meiner {Noun}.
Antworten Sie nur mit {Tech}.
""",
    "fr": """
La table {Noun} est introuvable.
Le modèle {Tech} n'a pas répondu.
Le service {Noun} ne répond pas ; {noun} en cours.
Bonjour, votre {noun} a été vérifiée.
Veuillez vérifier le {noun} et la {noun}.
Outil {Noun} : erreur à la ligne {num}
{Noun} {noun}, {Noun} {noun}
{Noun} de la {noun} : {num}
Votre contrat avec {org} est terminé.
Pouvez-vous me donner le {noun} ? Merci !
{Noun} dans {city} indisponible
Répondez seulement en {Tech}.
""",
    "es": """
No se encontró la tabla {Noun}.
El modelo {Tech} no respondió.
El servicio {Noun} no responde; {noun} en curso.
Buenos días, su {noun} fue revisada.
Revise el {noun} y la {noun}.
Herramienta {Noun}: error en la línea {num}
{Noun} {noun}, {Noun} {noun}
{Noun} de {Noun}: {num}
Su contrato con {org} ha terminado.
¿Me puede dar el {noun}? ¡Gracias!
Contacte con {Noun} {Noun}.
Responda solo con {Tech}.
""",
    "it": """
La tabella {Noun} non esiste.
Il modello {Tech} non ha risposto.
Il servizio {Noun} non risponde; {noun} in corso.
Buongiorno, la sua {noun} è stata controllata.
Controllare il {noun} e la {noun}.
Strumento {Noun}: errore alla riga {num}
{Noun} {noun}, {Noun} {noun}
{Noun} di {Noun}: {num}
Il suo contratto con {org} è scaduto.
Mi può dare il {noun}? Grazie!
Chiamare il servizio {Noun}.
Rispondi solo con {Tech}.
""",
    "nl": """
De tabel {Noun} bestaat niet.
Het model {Tech} gaf geen antwoord.
De dienst {Noun} reageert niet; {noun} volgt.
Goedendag, uw {noun} is gecontroleerd.
Controleer de {noun} en het {noun}.
Hulpmiddel {Noun}: fout op regel {num}
{Noun} {noun}, {Noun} {noun}
{Noun} van {Noun}: {num}
Uw contract met {org} is verlopen.
Kunt u mij de {noun} geven? Bedankt!
Neem contact op met {Noun}.
Antwoord alleen met {Tech}.
""",
    "pt": """
A tabela {Noun} não existe.
O modelo {Tech} não respondeu.
O serviço {Noun} não responde; {noun} em curso.
Bom dia, a sua {noun} foi verificada.
Verifique o {noun} e a {noun}.
Ferramenta {Noun}: erro na linha {num}
{Noun} {noun}, {Noun} {noun}
{Noun} de {Noun}: {num}
O seu contrato com {org} terminou.
Pode me dar o {noun}? Obrigado!
Contate o {Noun} {Noun}.
Responda só com {Tech}.
""",
    "pl": """
Tabela {Noun} nie istnieje.
Model {Tech} nie odpowiedział.
Usługa {Noun} nie odpowiada; {noun} w toku.
Dzień dobry, sprawdziliśmy Twoje {noun}.
Sprawdź {noun} i {noun}.
Narzędzie {Noun}: błąd w wierszu {num}
{Noun} {noun}, {Noun} {noun}
{Noun} dla {Noun}: {num}
Twoja umowa z {org} wygasła.
Czy możesz podać {noun}? Dziękuję!
Skontaktuj się z {Noun}.
Odpowiadaj tylko w formacie {Tech}.
""",
    "sv": """
Tabellen {Noun} finns inte.
Modellen {Tech} svarade inte.
Tjänsten {Noun} svarar inte; {noun} pågår.
God dag, din {noun} har kontrollerats.
Kontrollera {noun} och {noun}.
Verktyg {Noun}: fel på rad {num}
{Noun} {noun}, {Noun} {noun}
{Noun} för {Noun}: {num}
Ditt avtal med {org} har upphört.
Kan du ge mig {noun}? Tack!
Kontakta {Noun} {Noun}.
Svara bara med {Tech}.
""",
    "tr": """
{Noun} tablosu bulunamadı.
{Tech} modeli yanıt vermedi.
{Noun} hizmeti yanıt vermiyor; {noun} sürüyor.
İyi günler, {noun} kontrol edildi.
Lütfen {noun} ve {noun} alanını kontrol edin.
{Noun} aracı: {num}. satırda hata
{Noun} {noun}, {Noun} {noun}
{Noun} {Noun}: {num}
{org} ile sözleşmeniz sona erdi.
Bana {noun} verir misiniz? Teşekkürler!
{Noun} ile iletişime geçin.
Yalnızca {Tech} ile yanıtlayın.
""",
    "ru": """
Таблица {Noun} не найдена.
Модель {Tech} не ответила.
Служба {Noun} не отвечает; {noun} повторяется.
Добрый день, ваша {noun} проверена.
Проверьте {noun} и {noun}.
Инструмент {Noun}: ошибка в строке {num}
{Noun} {noun}, {Noun} {noun}
{Noun} для {Noun}: {num}
Ваш договор с {org} истёк.
Можете назвать {noun}? Спасибо!
Обратитесь в {Noun}.
Отвечайте только в формате {Tech}.
""",
}
