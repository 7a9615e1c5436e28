"""German phrases: topics by queue (noun phrases in the accusative), then the sentences they go into."""

CORE = {
    "billing": (
        "meine letzte Rechnung; den Betrag auf der Abrechnung; eine unklare Abbuchung; "
        "die monatliche Zahlung; den Abrechnungszeitraum"
    ),
    "technical": (
        "eine Fehlermeldung am Bildschirm; ein Gerät ohne Funktion; die gestörte Verbindung; "
        "einen Absturz nach dem Update; einen Defekt"
    ),
    "shipping": ("das verspätete Paket; den Liefertermin; die Sendungsnummer; die Lieferadresse; den Paketboten"),
    "access": (
        "mein vergessenes Passwort; eine gescheiterte Anmeldung; den gesperrten Zugang; "
        "den Link zum Zurücksetzen; den Sicherheitscode"
    ),
    "returns": ("das Rücksendeetikett; eine Erstattung der Ware; den Umtausch; den Garantiefall; den falschen Artikel im Karton"),
    "account": (
        "meine Profildaten; den Namen im Kundenkonto; eine neue Anschrift; die Kontakteinstellungen; einen zweiten Benutzer"
    ),
    "sales": ("ein Angebot für zehn Stück; die Preisliste; einen Mengenrabatt; eine Vorführung; den größeren Tarif"),
    "cancellation": (
        "das Ende meines Vertrags; die Kündigungsfrist; die Beendigung des Tarifs; ein gekündigtes Abo; meinen Austritt"
    ),
}
DRIFTING = {
    "billing": (
        "die doppelte Lastschrift; eine fehlende Gutschrift; die Umsatzsteuer; die Jahresvorauszahlung; "
        "die Mahngebühr; die Währungsumrechnung; eine Bestellreferenz; das Einzugsmandat; "
        "eine abgelehnte Karte; den anteiligen Betrag; die Steuerbefreiung; die Ratenzahlung; "
        "eine Zahlungserinnerung; den Zuschlag für Papier; die Überweisung; die Preisanpassung"
    ),
    "technical": (
        "das rote Blinklicht; die Firmware im Kreislauf; eine eingefrorene Anzeige; das schwache Signal; "
        "den lauten Lüfter; den Abgleichkonflikt; die leere Akkuanzeige; einen fehlenden Treiber; "
        "den verzerrten Ton; eine beschädigte Sicherung; die träge Reaktion; den Kopplungsmodus; "
        "ein überhitztes Netzteil; die Speicherwarnung; das unscharfe Bild; eine Zeitüberschreitung"
    ),
    "shipping": (
        "das Zollformular; die beschädigte Palette; den Abholpunkt; eine geteilte Sendung; "
        "den Scan im Depot; das verpasste Zeitfenster; einen Expresszuschlag; die Abgabe beim Nachbarn; "
        "die Ausfuhrpapiere; den Frachtsatz; die gerissene Verpackung; einen festsitzenden Container; "
        "die Unterschrift bei Ankunft; die Samstagszustellung; die Route; den Inselzuschlag"
    ),
    "access": (
        "die Prüf-App; ein abgelaufenes Token; die zentrale Anmeldeseite; den blockierten Browser; "
        "die Wiederherstellungswörter; die Fingerabdruckabfrage; das Bilderrätsel; eine unbekannte Sitzung; "
        "die Einrichtung des Passkeys; das Adminrecht; eine verfallene Einladung; den Hardwareschlüssel; "
        "die Gastrolle; die SMS-Bestätigung; den vertrauten Rechner; den Verzeichnisabgleich"
    ),
    "returns": (
        "die Einlagerungsregel; das zerkratzte Gehäuse; einen Tausch gegen andere Größen; "
        "den Prüfbericht; die Abholung; das geöffnete Siegel; die Frist von dreißig Tagen; das Ersatzteil; "
        "den Warengutschein; das fehlende Zubehör; die Delle; eine Kulanzreparatur; "
        "die abweichende Seriennummer; den Stand der Auszahlung; ein unerwünschtes Geschenk; den Rückruf"
    ),
    "account": (
        "die Firmenfusion; die Newsletterauswahl; den Datenexport; die Rolle der Buchhaltung; die Zeitzone; "
        "die Rechtsform; einen doppelten Datensatz; die Einwilligung; den Teambereich; die Anzeigesprache; "
        "den Inhaberwechsel; die Treuenummer; die Abteilungsliste; den Rufwunsch; die stillgelegte Filiale; "
        "den Spitznamen"
    ),
    "sales": (
        "das Pilotpaket; eine Händlermarge; den Funktionsvergleich; den Bildungstarif; "
        "eine längere Testphase; den Rahmenvertrag; das Bündel mit Betreuung; weitere Arbeitsplätze; "
        "die Einführungsaktion; eine Zusatzlizenz; das Leasing; eine Ausschreibung; das Partnerprogramm; "
        "den Besuch im Ausstellungsraum; den Frühbucherpreis; die Großkundenstufe"
    ),
    "cancellation": (
        "die automatische Verlängerung; den Umzug ins Ausland; einen Wechsel zur Konkurrenz; "
        "das Widerrufsformular; die Ablöse bei frühem Ausstieg; eine Ruhezeit; "
        "die Schließung unseres Ladens; den letzten Monat; den ungenutzten Tarif; das Halteangebot; "
        "den Widerrufsbrief; den kompletten Verzicht; die Löschfrist; die Abschaltung; das Austrittsdatum; "
        "die Bindung"
    ),
}
NOVEL = {
    "billing": "die Einspeisevergütung; den Kilowattpreis; die Solarförderung; die Zählerabrechnung",
    "technical": "den Alarm am Wechselrichter; die Ladekurve; die Zelltemperatur; das Netzrelais",
    "shipping": "den Gefahrguttransport; den Krantermin; den Besuch des Monteurs; das Dachset",
    "access": ("das Monteursportal; den Schlüssel der Energieübersicht; die Wallbox-Kopplung; die Meldung beim Netzbetreiber"),
    "returns": "das geblähte Modul; die zu geringe Kapazität; die gebrochene Halterung; den rostigen Schrank",
    "account": "die Haushaltsgruppe; den Zählpunkt; den Vermietereintrag; den Dacheigentümer",
    "sales": "die Speichergröße; die Kombination mit Paneelen; das Wärmepumpenangebot; einen zweiten Schrank",
    "cancellation": ("den abgesagten Einbau; die hinfällige Begehung; das aufgegebene Dachprojekt; den beendeten Energieverbund"),
}
VAGUE = (
    "meine frühere Nachricht; unser Gespräch; eine Kleinigkeit; den Vorfall von gestern; das übliche Thema; mein offenes Anliegen"
)
SUBJECTS = "Frage: {}; Brauche Hilfe: {}; Ich warte auf {}; Es betrifft {}; Bitte prüfen: {}; Noch einmal: {}"
GREETINGS = "Guten Tag!; Hallo!; Guten Morgen!; Liebes Support-Team!; Hallo zusammen!; Sehr geehrte Damen und Herren!"
SMALL_TALK = (
    "Ich hoffe, Sie hatten eine gute Woche.; Danke für die schnelle Hilfe beim letzten Mal.; "
    "Ich bin seit einigen Jahren bei Ihnen Kunde.; "
    "In den Hilfeseiten habe ich leider nichts Passendes gefunden.; Entschuldigen Sie die erneute Störung.; "
    "Eine Kollegin riet mir, Ihnen zu schreiben."
)
MAINS = (
    "Ich schreibe Ihnen heute, es geht um {}.; Können Sie bitte {} für uns klären?; "
    "Bitte sehen Sie sich {} einmal genauer an.; Hier versteht leider niemand {}.; "
    "Meine Frage betrifft heute {}.; Seit Montag beschäftigt uns {} sehr, bitte helfen Sie.; "
    "Sagen Sie mir bitte, wer {} bearbeitet.; Ich möchte mit jemandem sprechen über {}."
)
ALSOS = (
    "Außerdem geht es noch um {}.; Vielleicht betrifft es auch {}.; Davor hatte ich gefragt, wer {} prüft.; "
    "Mein Kollege nannte außerdem {}.; Bitte prüfen Sie auch {}.; Dazu kommt noch eine Frage über {}."
)
REFERENCES = "Die Bestellnummer lautet {}.; Sie finden es unter dem Vorgang {}.; Unser Zeichen ist {}.; Auf dem Etikett steht {}."
PRODUCTS = (
    "Es geht um unser Modell {} im Büro.; Wir benutzen {} jeden Tag.; "
    "Es betrifft {}, das wir seit dem Frühjahr haben.; Das Produkt ist {} in der normalen Ausführung."
)
CLOSINGS = (
    "Vielen Dank und freundliche Grüße; Danke für Ihre Mühe; Beste Grüße von uns allen; "
    "Bitte melden Sie sich bald; Ich freue mich auf Ihre Antwort; Danke im Voraus für Ihre Zeit"
)
