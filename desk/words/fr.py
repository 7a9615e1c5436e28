"""French phrases: topics by queue (noun phrases), then the sentences they go into."""

CORE = {
    "billing": (
        "ma dernière facture; le montant facturé; un prélèvement inexpliqué; le paiement du mois; la période de facturation"
    ),
    "technical": (
        "une erreur à l'écran; un appareil qui ne démarre pas; la connexion coupée; un plantage après mise à jour; une panne"
    ),
    "shipping": ("le colis en retard; la date de livraison; le numéro de suivi; l'adresse de livraison; le livreur"),
    "access": ("mon mot de passe perdu; une connexion refusée; l'accès bloqué; le lien de réinitialisation; le code de sécurité"),
    "returns": (
        "l'étiquette de retour; un remboursement de l'article; l'échange du produit; la garantie; le mauvais article reçu"
    ),
    "account": (
        "mes données de profil; le nom du compte; un changement d'adresse; les réglages de contact; un second utilisateur"
    ),
    "sales": ("un devis pour dix unités; la liste des prix; une remise de volume; une démonstration; la formule supérieure"),
    "cancellation": ("la fin de mon contrat; le délai de préavis; l'arrêt de la formule; un abonnement résilié; mon départ"),
}
DRIFTING = {
    "billing": (
        "le double débit; un avoir manquant; la ligne de TVA; l'acompte annuel; les frais de retard; "
        "la conversion de devise; une référence de commande; le mandat de prélèvement; une carte refusée; "
        "le prorata; l'exonération fiscale; le règlement échelonné; un rappel d'impayé; "
        "le supplément papier; le virement bancaire; l'indexation tarifaire"
    ),
    "technical": (
        "le voyant rouge; le micrologiciel en boucle; un affichage figé; le signal faible; "
        "le ventilateur bruyant; le conflit de synchronisation; la jauge de batterie vide; "
        "le pilote absent; le son déformé; une sauvegarde abîmée; la lenteur; le mode d'appairage; "
        "un adaptateur brûlant; l'alerte de mémoire; l'image floue; une attente expirée sur la passerelle"
    ),
    "shipping": (
        "le formulaire de douane; la palette endommagée; le point relais; un envoi en deux parties; "
        "le scan du dépôt; le créneau manqué; une option express; le dépôt chez le voisin; "
        "les papiers d'export; le tarif de fret; l'emballage déchiré; un conteneur bloqué; "
        "la signature à l'arrivée; la tournée du samedi; le trajet de la camionnette; "
        "le supplément insulaire"
    ),
    "access": (
        "l'application d'authentification; un jeton expiré; la page d'entrée unique; le navigateur bloqué; "
        "la phrase de secours; l'empreinte digitale; le puzzle anti-robot; une session inconnue; "
        "la clé d'accès; le droit d'administrateur; une invitation périmée; la clé matérielle; "
        "le rôle d'invité; le code par texto; la machine de confiance; l'annuaire synchronisé"
    ),
    "returns": (
        "la règle de remise en stock; le boîtier rayé; un troc contre une autre taille; "
        "le rapport d'examen; l'enlèvement sur place; le sceau ouvert; les trente jours; la pièce neuve; "
        "le bon d'achat; l'accessoire manquant; le coin cabossé; une réparation commerciale; "
        "le numéro de série différent; le reversement; le cadeau non voulu; le rappel de lot"
    ),
    "account": (
        "la fusion de sociétés; le choix de lettre d'information; l'export des données; "
        "le rôle du comptable; le fuseau horaire; la forme juridique; une fiche en double; le consentement; "
        "l'espace d'équipe; la langue affichée; le transfert de propriété; le numéro de fidélité; "
        "la liste des services; la préférence d'appel; la filiale archivée; le surnom affiché"
    ),
    "sales": (
        "le lot pilote; une marge de revendeur; la comparaison des fonctions; le tarif éducation; "
        "l'essai prolongé; un accord cadre; le lot avec assistance; des postes en plus; "
        "la promotion de lancement; une licence de réserve; la location; un appel d'offres; "
        "le programme partenaire; la visite du salon; le prix anticipé; le niveau grand compte"
    ),
    "cancellation": (
        "la reconduction tacite; le déménagement à l'étranger; un passage chez un rival; "
        "le formulaire de rétractation; le coût de sortie; une pause du service; "
        "la fermeture de notre boutique; le dernier mois; la formule inutile; l'offre de fidélisation; "
        "la lettre de révocation; le renoncement complet; le terme d'effacement; la mise hors service; "
        "la date de sortie; l'engagement échu"
    ),
}
NOVEL = {
    "billing": "le crédit d'injection; le prix du kilowatt; la prime solaire; le relevé de compteur",
    "technical": ("l'alarme de l'onduleur; la courbe de charge; la température des cellules; le relais du réseau"),
    "shipping": ("le camion pour matières dangereuses; le rendez-vous de grue; la venue de l'installateur; le kit de toit"),
    "access": (
        "le portail installateur; la clé du tableau d'énergie; l'appairage de la borne; l'inscription au gestionnaire de réseau"
    ),
    "returns": "le module gonflé; le manque de capacité; le support fissuré; l'armoire rouillée",
    "account": "le groupe du foyer; le point de comptage; la fiche du bailleur; le titulaire du toit",
    "sales": ("la taille du stockage; l'ensemble avec panneaux; l'offre de pompe à chaleur; une deuxième armoire"),
    "cancellation": ("la pose annulée; la visite technique caduque; le projet de toit abandonné; le pool d'énergie terminé"),
}
VAGUE = "mon message précédent; notre échange; un petit souci; l'incident d'hier; le sujet habituel; ma demande ouverte"
SUBJECTS = "Question sur {}; Aide pour {}; Attente pour {}; Souci avec {}; Vérifiez {}; Encore {}"
GREETINGS = "Bonjour.; Bonjour à tous.; Bonsoir.; Chère équipe.; Madame, Monsieur.; Salut."
SMALL_TALK = (
    "J'espère que vous passez une bonne semaine.; Merci pour votre aide rapide la dernière fois.; "
    "Je suis client chez vous depuis des années.; Je n'ai rien trouvé dans les pages d'aide.; "
    "Pardon de vous déranger à nouveau.; Une collègue m'a conseillé de vous écrire."
)
MAINS = (
    "Je vous écris aujourd'hui concernant {}.; Nous avons besoin d'aide pour {}.; "
    "Pouvez-vous regarder {} s'il vous plaît ?; Personne ici ne comprend {}.; Ma question concerne {}.; "
    "Depuis lundi, nous avons des ennuis avec {}.; Dites-moi quoi faire pour {}.; "
    "J'aimerais parler avec quelqu'un qui connaît {}."
)
ALSOS = (
    "Il y a aussi {}.; C'est peut-être lié, car je vois {}.; Avant cela, j'avais signalé {}.; "
    "Mon collègue a aussi mentionné {}.; Vous pouvez peut-être vérifier {} en même temps.; "
    "Ajoutez à cela {}."
)
REFERENCES = (
    "Le numéro de commande est {}.; Vous le trouverez dans le dossier {}.; Notre référence est {}.; "
    "Il est écrit {} sur l'étiquette."
)
PRODUCTS = (
    "Il s'agit de notre modèle {} au bureau.; Nous utilisons {} tous les jours.; "
    "Cela concerne {}, en service depuis le printemps.; Le produit est {} en version normale."
)
CLOSINGS = (
    "Merci beaucoup et bonne journée; Merci de vous en occuper; Bien à vous, toute l'équipe; "
    "Répondez-moi vite si possible; Dans l'attente de votre réponse; Merci d'avance pour votre temps"
)
