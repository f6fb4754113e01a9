# ruff: noqa: RUF001 - languages of the world
"""Sentences about people and about nobody, with slots. All written for this script.

Slots: {n} a name in any form, {f} a given name, {l} a family name, {full} given and family name,
{t} a title, {kin}, {city}, {org}, {tech}, {word}, {Word}, {date}, {num}, {id}, {mail}, {phone},
{street}, {job}, {verb}. What {n}, {f}, {l} and {full} bring is marked as a person.
"""

PEOPLE = """
Hi {f},
Hello {f}, thanks for reaching out.
Hey {f}! How can I help you today?
Dear {t} {l},
Dear {n},
Dear {full}, we received your request on {date}.
Good morning {f}, your order {id} has shipped.
Thanks, {f}
Thanks {f}!
Thank you {f}, that worked.
Best regards,\n{full}
Best,\n{f}
Kind regards,\n{full}\n{job}, {org}
Sincerely,\n{n}
Cheers,\n{f}
Regards,\n{full}\n{phone}
Signed, {full}
-- \n{full}\n{job}
xoxo {f}
Sent by {full} on {date}
Yours truly, {t} {l}
my name is {n}
My name is {n} and I live in {city}.
my name's {f}, i have a question about my order
I'm {n}, I can't log in since {date}.
I am {full} from {org}.
This is {n} calling about invoice {num}.
It's {f} again.
call me {f}
You can call me {f}.
You may reach {n} at {phone}.
Please contact {n} at {mail}.
Please ask {f} to send the report to {mail}.
Ask {n} about it.
I spoke with {n} yesterday.
I talked to {n} on {date} and nothing happened.
I was told by {n} that my refund is on its way.
According to {n}, the meeting moved to {date}.
Can you tell {f} that I'm late?
Could you forward this to {full}?
Please transfer {num} dollars to {full}.
Send the parcel to {full}, {street}, {city}.
Ship to: {full}\n{street}\n{city}
{full}\n{street}\n{city} {num}
{full}, {street}, {city}
Attn: {full}
c/o {full}
cc: {full}, {full}
CC {f} and {f}
From: {full} <{mail}>
To: {full} <{mail}>
From: {full}
Name: {full}
Name: {n}\nEmail: {mail}\nPhone: {phone}
Full name: {full}
First name: {f}\nLast name: {l}
Customer: {full}
Customer name: {full}, account {num}
Patient: {full}
Patient {full} was admitted on {date}.
The patient, {t} {l}, reports headaches.
Employee: {full}\nTeam: {org}
Contact person: {full}
Assigned to {full}
Assignee: {full}
Reporter: {full}
Account holder: {full}
Cardholder {full}
Passenger: {full}
Guest: {full}, {num} nights
Beneficiary: {full}
Manager: {full}
Emergency contact: {full} ({phone})
user: {full}
User: Hi, I'm {f}.
User: my name is {n}
Human: can you write a letter to my {kin} {f}?
Agent: Thank you {f}, one moment please.
Assistant: Of course, {f}! Here is the summary.
{f}: hello, anyone there?
{f}: I think we should wait.\n{f}: Why?\n{f}: Because {f} said so.
[{date}] {f}: can you review this?
{full}: The numbers look wrong.
<{f}> any news?
Caller: {full}\nReason: billing
Interview with {full}
Meeting with {full} at {num}:00
Lunch with {f} and {f}
Call {f} tomorrow
Birthday of {f}: {date}
{full} ({job}, {org})
{full}, {job} at {org}, said the numbers were fine.
{full} joined {org} in {num} as {job}.
{full} has been appointed {job} of {org}.
{full} works at {org}.
{full} lives in {city}.
{full} was born in {city} on {date}.
{full} is {num} years old.
{full} and {full} got married in {city}.
{n} called at noon.
{n} {verb} that the bill is wrong.
{n} {verb} to {n} about the {word}.
"{Word} {word}," {n} said.
"I don't know," said {n}.
"It is fine", {verb} {full}.
{l} {verb} he would not sign.
{l}, {num}, was not available.
{t} {l} will see you now.
{t} {full} is our new {job}.
{t} {l} and {t} {l} live on {street}.
Is {n} available?
Is {t} {l} in today?
Where is {f}?
Who is {full}?
What did {n} say?
Did {n} {word} the {word}?
Does anyone know {full}?
Do you know {f}'s phone number?
When is {f}'s birthday?
Tell me about {full}.
Have you seen {f}?
I love {f}
I miss {f} so much
I can't believe {full} did that
happy birthday {f}!!
rip {full}
lol {f} is so funny
omg {full} is here
follow {full} on twitter
{f} and I went to {city}.
{f}, {f} and {f} are coming.
{f}, {f}, {f}
My {kin} {f} is sick.
my {kin} {full} lives in {city}
My {kin}'s name is {f}.
His {kin}, {full}, is a {job}.
Our {job} {full} will help.
{f} is my {kin}.
The {job} {full} signed it.
The contract between {full} and {org}
The account of {full} was closed.
The account belongs to {n}
The invoice was issued to {full}.
The letter was written by {full}.
A book by {full}
Directed by {full}, starring {full} and {full}
written by {full}
Photo: {full}
Music: {full}
Signed by: {full}
Approved by {full} on {date}
Prepared by {full} for {full}
Reviewed-by: {full} <{mail}>
Booking for {full}, {num} people
Reservation under {l}
It should be under {full}
under the name of {full}
The name on the card is {full}
The card says {full}, but my name is {full}
Please change the name to {t} {full}
correct it to {full}
Make the check out to {full}
spelled {l}
{l}, {f}
{l}, {f} {l}
Student: {l}, {f}
Members: {full}, {full}, {full} and {full}
Attendees: {full}, {full}, {full}
- {full}\n- {full}\n- {full}
1. {full}\n2. {full}
* {full}: {num}
{num}. {full} {num}
| {full} | {mail} | {city} |
| Name | City |\n| {full} | {city} |
{full};{mail};{phone}
{num},{full},{mail}
{f},{l},{mail},{city}
"{full}", "{mail}"
{{"name": "{full}", "email": "{mail}"}}
{{"customer": {{"name": "{full}", "city": "{city}"}}}}
{{"first_name": "{f}", "last_name": "{l}", "age": {num}}}
{{"role": "user", "content": "Hi, I'm {full}."}}
{{"to": "{full}", "subject": "{Word} {word}"}}
{{"args": {{"recipient": "{full}", "amount": {num}}}}}
name='{full}', email='{mail}'
{{'owner': '{full}', 'id': '{id}'}}
customer_name={full}
full_name: {full}
name={full} city={city}
<name>{full}</name>
<author>{full}</author>
result: found 1 contact: {full}, {phone}
Found {num} results: {full} ({city}), {full} ({city})
I found the contact {full} with phone number {phone}.
Summary: {full} complained about {org}; {l} wants a refund.
Note: {f} prefers {word} meetings.
The user {full} asked for a refund.
The customer, {full}, wants to cancel order {id}.
Ticket {num} opened by {full}
Ticket #{num}: {full} cannot log in
Escalated to {full} ({org})
{full} opened this ticket on {date}
{full} commented on {date}
{full} wrote:
On {date}, {full} wrote:
On {date} {full} <{mail}> wrote:
{full} has left the chat.
{f} joined the channel
@{f} can you take this one?
Hey @{full} please look
paging {full}
This happened when {f} was at the {word}.
President {l} visited {city}.
Senator {full} voted against.
Judge {l} ruled on {date}.
Captain {l} and {l} were on board.
Professor {l} teaches at {org}.
Nurse {l} called {f}'s {kin}.
{full} Jr. inherited it from {full} III.
the {l} family
the {l}s moved to {city}
{f} {l}'s house is on {street}.
{full}'s account is locked.
{full}'s {kin} {f} is {num}.
as {l} et al. showed
{full} of {city}
{full} (born {date})
{full}, PhD
{full}, MD, will call you.
Not {f}, {f}!
with {full} as {job}
because {f} {verb} so
whether {full} paid
if {f} is ready, {f} can start
thanks to {full}, we made it
for {full} and {full}
To {f}, with love
love you {f}
sorry {f}, I was late
{f}? Are you there?
Yes {f}, I did.
No, {f}.
Welcome back, {f}!
Welcome {full}
Congratulations {full}!
Goodbye, {f}.
Meet {full}, our new {job}.
Let {f} know.
Remind {f} to call {f} on {date}
Schedule a call with {full} for {date}
Draft an email to {full} about the {word}
Translate this letter from {full}
Write a poem for {f}
Summarise the complaint of {t} {l}
Refund {full} {num} EUR
Delete the data of {full}
Look up {full}
Search results for {full}
Did you mean {full}?
The suspect, {full}, {num}, of {city}, was arrested.
Police said {full} was found on {street}.
Lawyers for {l} declined to comment.
{l} told reporters that {l} had {verb}.
{full} plays the piano.
{full} scored twice against {city}.
Coach {l} praised {l}.
I work with {f} at {org}.
I voted for {full}.
Have you been to a {full} concert?
the new {full} album is great
{full} was my favourite {job}
I was named {f} after my {kin} {f}
I saw {f} at {org} today
{f} bought me a {word}
They had three children: {f}, {f} and {f}.
Her maiden name was {l}
{f} née {l}
alias {full}
a.k.a. {full}
{full} aka {f}
Mother's maiden name: {l}
Spouse: {full}\nChildren: {f}, {f}
Heirs: {full} and {full}
Speaker 1: {full}
Q: Who approved it? A: {full}.
Owner={full}
owner: {full} ({mail})
DOB: {date} Name: {full}
Name {full} DOB {date}
ID: {num}, {full}, {city}
REF {num} {full}
Re: {full} - {Word} {word}
Fwd: {full}'s {word}
Subject: {full} {word} {num}
Hello, I am trying to reach {full}. Is this {f}?
The previous owner {full} sold it to {full} for {num}.
visit of {full} to {city}
{full} -> {full}: {num} EUR
{f}→{f}
{f} & {f}
{full}/{full}
{full} vs. {full}
{full} v. {org}
{f} or {f}
between {f} and {f}
> {full}
>{full}\n>{org}\n>{street}
> {full} wrote
??? {full}\n??? {org}
{full}\n\n{job}\n\n{street}
{full}\n\n{job}\n\nPersonal details:\nPhone: {phone}
{full}\n{job}
{full}\n{city}\n{phone}
{full}\n\n{street}\n{city}
# {full}\n{job}
{l} and {l} {verb} it was late.
{l} and {l} are old friends.
Was it {l} or {l}?
{f} gave {f} the {word}.
{f} handed {f} his {word}
{f} shouted at {f}: "{Word}!"
{f} {verb} to {f}, "{Word} the {word}"
they named the baby {f}
She called her son {f}
He named her {f}
her maiden name is {l}
his last name is {l}
What's your name? {full}
What's your last name? {l}
your full name please? {full}
Name:    {full}
Name: {full}\nAddress: {street}
the {full} story
the {full} version of the {word}
a {full} fan
{l} spent a year in {city}.
{l} studied at {org}.
{l} began as a {job}.
{l} was born in {city}.
{f} is a very good {job}.
{f} grew up in {city}.
{f} is my favourite.
a {word} directed by {full} and starring {l}
Producer: {full}
Producer {full} explained
Guitarist {full} and drummer {full} left
singer {full}
with my {kin} {f}
Only {f} knows
{f} likes {f}
I like {f}'s hair
{f} wins!
{f} is the best
{f} you are awesome
so proud of {f}
where's {f}?
who else is here because of {f}
{f} come back
{n} looks like {n}
better than {l}
vote {l}
{l} is an idiot
go {l} go
{f}, please stop
Good job {f}!
big fan of {full}
watching {full} right now
{full} deserved it
poor {f}
Hi {f}
Hi {f},
Hi {f}.
Dear {f}
Thanks {f}
Best,\n{f}
regards,\n{f}
also, {f} and {f}
Hi {f}
hi {f}
hello {f}
regards,\n{f}
Regards,\n{f}
my name is {full}
my name is {f}
My name is {f}
i am {full}
user: {full}
user: {f}
name={f}
{full}\n{street}\n{city}
{full}\n{num} {Word} Street
{full}
{full}
"""

ABROAD = """
Sehr geehrte Frau {l},
Sehr geehrter Herr {l},
Hallo {f}, vielen Dank für deine Nachricht.
Liebe {f}, lieber {f},
Mit freundlichen Grüßen\n{full}
Viele Grüße, {f}
Mein Name ist {full}.
Ich heiße {f} und wohne in {city}.
Herr {l} hat am {date} angerufen.
Bitte rufen Sie Frau {full} zurück.
Kunde: {full}
Ansprechpartner: {full}
Bonjour {f},
Chère Madame {l},
Cher Monsieur {l},
Je m'appelle {full}.
Je suis {f}, j'habite à {city}.
M. {l} a demandé un remboursement.
Mme {l} habite à {city}.
Cordialement,\n{full}
Merci {f}
Client : {full}
Nom : {full}
Estimado señor {l}:
Estimada Sra. {l}:
Hola {f}, ¿cómo estás?
Me llamo {full} y vivo en {city}.
Mi nombre es {full}.
Soy {full}, cliente desde {num}.
Saludos,\n{full}
El Sr. {l} llamó ayer.
Gracias, {f}
Gentile Sig. {l},
Ciao {f}, come stai?
Mi chiamo {full}.
Cordiali saluti,\n{full}
Il signor {l} abita a {city}.
Prezado Sr. {l},
Olá {f}, tudo bem?
Meu nome é {full}.
Atenciosamente,\n{full}
Obrigado, {f}
Geachte heer {l},
Beste {f},
Mijn naam is {full}.
Met vriendelijke groet,\n{full}
Hej {f}!
Mitt namn är {full}.
Jag heter {full}.
Med vänlig hälsning\n{full}
Mit navn er {full}.
Jeg heter {full}.
Hei {f}
Nimeni on {full}.
Szanowny Panie {l},
Cześć {f}!
Nazywam się {full}.
Pozdrawiam,\n{full}
Dobrý den, pane {l}
Jmenuji se {full}.
Kedves {f}!
A nevem {full}.
Üdvözlettel,\n{full}
Merhaba {f},
Benim adım {full}.
Sayın {full},
Здравствуйте, {f}!
Меня зовут {full}.
Уважаемый господин {l},
С уважением,\n{full}
Клиент: {full}
Доброго дня, {f}
Мене звати {full}.
Με λένε {full}.
Αγαπητέ κύριε {l},
Numele meu este {full}.
Bună {f}
Казвам се {full}.
اسمي {full}
السيد {full}
مرحبا {f}
שמי {full}
שלום {f}
मेरा नाम {full} है
नमस्ते {f}
Tên tôi là {full}
Xin chào anh {f}
Nama saya {full}.
Halo {f}
Jina langu ni {full}.
Ang pangalan ko ay {full}.
"""

NOBODY = """
You are a helpful assistant.
You are an expert {job}. Answer in {Word}.
You are {Tech}, a large language model trained by {org}.
The {word} of the {word} is {num}.
{Tech} {num}.{num} was released on {date}.
{Tech} supports {Tech} and {Tech}.
{Tech} vs {Tech}: which is faster?
{Tech} said the request failed with status {num}.
{Tech} Cloud is available in {city}.
How do I connect {Tech} to {Tech}?
Use {Tech} with {Tech} to {word} the {word}.
Install {Tech}, then run {tech} init.
What is the capital of {region}?
What's the weather in {city}?
The weather in {city} is {num} degrees.
The {city} region is degraded.
Our {city} office opens at {num}:00.
The data center in {city} lost power.
eu-west ({city}) and us-east ({city})
{city} is the largest city of {region}.
Flights to {city} are cheaper on {Day}.
Best restaurants in {city}
{city}, {region}
{Word} {Word}
{Word} {Word} {Word}
{Word} {Word} and {Word} {Word}
{Word}: {word} {word} {word}.
{Word} {word}: {num}
## {Word} {Word}
# {Word}
### {Word} of {Word} {Word}
**{Word} {Word}**: {word} {word}
- {Word} {word}
- {Word}: {word}
1. {Word} the {word}
| {Word} | {Word} | {Word} |
{WORD} {WORD}
{WORD}: {word}
ERROR {word}.{word}: {Word} {word} not found
WARNING: {Word} {word} is deprecated
INFO  [{Word}] {word} started in {num} ms
[{Word}] {Word} {word}
{date} INFO {tech} {Word} {word}
Traceback (most recent call last):
ValueError: {Word} must be {word}
{Camel}Error: {Word} {word} failed
at {tech}.{Camel}.{word}({Camel}.java:{num})
class {Camel}({Camel}):
def get_{word}(self, {word}: {Camel}) -> {Camel}:
import {Camel} from '{tech}/{word}';
from {tech} import {Camel}, {Word}
{Word} = {Camel}({word})
return {Word}.{word}
"""
NOBODY += """
{{"{word}": "{Word}", "{word}": {num}}}
{{"name": "get_{word}", "arguments": {{"city": "{city}"}}}}
{{"name": "{Tech}", "version": "{num}"}}
{{"role": "system", "content": "{Word} the {word}."}}
{{"title": "{Word} {Word}", "type": "{Word}"}}
{{"service": "{tech}", "status": "{Word}"}}
{{"model": "{Tech} {num} {Tech}", "provider": "{org}"}}
{{"label": "{Word}", "score": 0.{num}}}
name: {Word} {Word}
name: {Tech}
Name: {Word} {word}
Name: {Tech} {Word}
name: {tech}-{word}
title: {Word} {Word} {Word}
Title: {Word} of the {Word}
Subject: {Word} {word} {word}
Status: {Word}
Owner: {Word} team
Owner: {Tech} team
Team: {Word}
Assignee: {Word} {Word} Team
From: {org} Support
Contact {org} Support at {mail}.
Dear Customer,
Dear Sir or Madam,
Dear {org} team,
Dear Hiring Manager,
Hi team,
Hello World
Hello everyone,
Hi there!
Hi all,
Hey folks,
Hi {Tech} team,
Hey {Tech}, turn on the lights
Thanks for using {Tech}.
Best regards,\nThe {Tech} Team
Best,\n{org}
Kind regards,\nCustomer Support
Sincerely,\nThe {org} Team
Regards,\n{Word} Department
My name is {Tech}, I am an assistant.
I am {Tech}, an assistant made by {org}.
I'm {Tech}. How can I help?
I am happy to help.
I'm Sorry, I can't do that.
This is {Word} {word}.
Assistant: {Word} {word}
User: {Word} the {word}?
Human: What is {Tech}?
Agent: {Word} {word} {word}
Tool: {Word}
Answer: {Word}
Question: {Word} {word} {word}?
Thought: I should {word} the {word}.
Action: {Word}
Observation: {Word} {word}
Final Answer: {Word} {word}
Context: {Word} {word}
Step {num}: {Word} the {word}
Option {Letter}: {Word}
Section {num}: {Word} {Word}
Chapter {num}. {Word} {Word}
Figure {num}: {Word} {word}
Table {num}: {Word}
{org} announced {Tech} {num} on {Day}.
{org} acquired {org} for {num} million.
{org} and {org} signed a contract.
Shares of {org} fell {num} percent.
I work at {org}.
The {org} API returns {num}.
Log in to {org} {Word}.
The {Word} {Word} is located in {city}.
The University of {city}
{city} Airport is closed.
{city} {Word} Station
The Battle of {city}
Lake {city} and Mount {Word}
{Word} Street, {Word} Avenue and {Word} Square
He lives nearby. She is late. They said no.
The manager approved it.
The customer wants a refund for order {id}.
The user asked about {word}.
The patient is a {num}-year-old with headaches.
On {Day}, {Month} {num}, the {word} stopped.
{Month} {num}, {num}
{Day} {Month} {num}
In {Month}, {Tech} will {word}.
Translate to {Lang}: {word} {word}
The {Lang} version is out of date.
Speak {Lang} or {Lang}?
{Word}, {Word}, {Word} and {Word}
{Tech}, {Tech}, {Tech}
{Tech} {Tech}
{Tech} {Word}
{Tech} ({Tech})
Based on {Tech} by {org}
powered by {Tech}
written in {Tech}
built with {Tech} and {Tech}
migrate from {Tech} to {Tech}
from {Tech} to {Tech}
from {city} to {city}
deployed by {Tech}
created by {Tech} on {date}
signed by {Tech}
{Tech}'s {word} is {word}.
{org}'s {Word} {Word}
{Tech} is down
{Tech} called the {word} tool
{Tech} wrote {num} rows
ask {Tech} to {word}
call {Tech} with {word}
with {Tech} and {Word}
thanks to {Tech}, it works
{Tech} and {Tech} are {word}.
"Hello", said the {word}.
"{Word} {word}"
'{Word}'
<{Camel}>{Word} {word}</{Camel}>
<h1>{Word} {Word}</h1>
<button>{Word}</button>
[{Word} {Word}](https://{tech}.com/{word})
{Word} ({WORD})
{WORD}_{WORD}={word}
export {WORD}={word}
SELECT {Word} FROM {WORD} WHERE {word} = '{Word}'
CREATE TABLE {Word} ({word} TEXT)
{Camel}.{Camel}
{tech}: {Word} {word}
{Tech}: {Word} {word}
{Tech}: {num} requests
Q{num} {Word} {Word}
Alert: {Word} {Word} on {tech}-{num}
[Triggered] {Word} {Word} is high on {tech}
{Word} {Word} Service
{Word} {Word} Dashboard
{Word} {Word} Agent
{Tech} Agent {num}
{Tech} Integration
{Tech} {Tech} Exporter
Release {num}: {Word} {Word}
Fixed: {Word} {word} in {Tech}
Added {Word} support
Removed {Camel}
Deprecated {Camel} in favour of {Camel}
BREAKING: {Word} {word}
Closes #{num}
Copyright {num} {org}
Licensed under the {Word} License
Terms of {Word}
Privacy {Word}
Frequently Asked Questions
Getting Started
Table of Contents
Read More
Sign In
Learn more about {Tech}
Write a haiku about {word}
Tell me a joke about {word}s
The Lord of the Rings is a book.
Plan a trip to {city} for {num} days
A recipe for {word} soup
the {Lang} {word}
{Word} Model
Large Language Model
Retrieval Augmented Generation
{Word} Theorem and the {Word} Algorithm
Monte Carlo simulation
Newton's method and Euler's number
Bayes' theorem, Fourier transform, Gaussian noise
Levenshtein distance and Jaccard similarity
the Dijkstra algorithm
Nobel Prize
Madison Square Garden
St. Patrick's Day and Valentine's Day
Washington Post and New York Times
Morgan Stanley, Goldman Sachs, Wells Fargo, JP Morgan
Johnson & Johnson, Procter & Gamble, Ernst & Young
Mercedes, Ford, Tesla and Ferrari
Ben & Jerry's, Wendy's, McDonald's and Dunkin' Donuts
Stanford, Harvard, Cornell and Duke
San Francisco, Santa Clara, St. Louis, San Jose
Christmas, Easter and Ramadan
Mac, Linux and Windows
Jupiter, Saturn, Mars and Venus
Excel, Word and Teams
Sonnet, Haiku and Opus
> {Word} {word}
>{Word} {Word}\n>{org}
{Word} {Word}\n\n{Word} {word} {word}
{Word} is the best
{Word} wins
{tech} {word} {tech}
{Word} and {Word} were {word}
{Tech} is my favourite {word}
the {Tech} version of the {word}
a {Tech} {word}
{Word}\n{Word}\n{Word}
:ref:`{Word} {Word}`
``{WORD}``
`{Word} {Word}`
-{WORD} -{WORD}
# {Word} {word} the {Camel}
{word} {word} {tech} {word} {word}
{street}
{street}, {city} {num}
{org}\n{street}\n{city}
Lorem ipsum dolor sit amet, consectetur adipiscing elit, sed do eiusmod tempor incididunt
ut labore et dolore magna aliqua. Ut enim ad minim veniam, quis nostrud exercitation
my iban is {num}
She lives there. He said so. Nobody knows him.
"""
