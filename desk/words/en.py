"""English phrases: topics by queue (noun phrases), then the sentences they go into."""

CORE = {
    "billing": ("my last invoice; the amount on the bill; a charge I cannot explain; the monthly payment; the billing period"),
    "technical": (
        "an error on the screen; a device that does not start; the broken connection; "
        "a crash after the update; a fault in the settings"
    ),
    "shipping": "the late parcel; the delivery date; the tracking number; the delivery address; the courier",
    "access": "my lost password; a login that fails; the locked sign-in; the reset link; the security code",
    "returns": (
        "the return label; a refund for the item; the exchange of a faulty unit; the warranty claim; the wrong item in the box"
    ),
    "account": ("my profile details; the name on the account; a change of address; the contact settings; a second user"),
    "sales": ("a quote for ten units; the price list; a discount for volume; a demo of the range; the larger plan"),
    "cancellation": (
        "the end of my contract; the notice period; the termination of the plan; a cancelled subscription; my wish to leave"
    ),
}
DRIFTING = {
    "billing": (
        "the double debit; a missing credit note; the VAT line; the annual prepayment; the late fee; "
        "the currency conversion; a purchase order reference; the debit mandate; a declined card; "
        "the pro rata sum; the tax exemption; the split instalments; an overdue notice; "
        "the paper statement surcharge; the bank transfer; the price indexation"
    ),
    "technical": (
        "the blinking red light; the firmware loop; a frozen display; the weak signal; the noisy fan; "
        "the sync conflict; the empty battery gauge; the missing driver; the distorted sound; "
        "a corrupted backup; the slow response; the pairing mode; an overheated adapter; "
        "the memory warning; the blurred picture; a timeout on the gateway"
    ),
    "shipping": (
        "the customs form; the damaged pallet; the pickup point; a split consignment; the depot scan; "
        "the missed delivery slot; an express upgrade; the neighbour drop-off; the export papers; "
        "the freight rate; the torn packaging; a stuck container; the signature on arrival; "
        "the weekend drop; the route of the van; the island supplement"
    ),
    "access": (
        "the authenticator app; an expired token; the single sign-on page; the blocked browser; "
        "the recovery phrase; the fingerprint prompt; the captcha puzzle; an unknown session; "
        "the passkey setup; the admin permission; the invite that lapsed; the hardware key; the guest role; "
        "the text message code; the trusted machine; the directory sync"
    ),
    "returns": (
        "the restocking rule; the scratched casing; a swap for another size; the inspection report; "
        "the collection by van; the opened seal; the thirty day window; the replacement part; "
        "the store voucher; the missing accessory; the dented corner; a goodwill repair; "
        "the serial mismatch; the reimbursement status; the unwanted gift; the recall campaign"
    ),
    "account": (
        "the company merger; the newsletter choice; the data export; the billing contact role; "
        "the time zone; the legal entity; a duplicate record; the privacy consent; the team workspace; "
        "the display language; the ownership transfer; the loyalty number; the department list; "
        "the phone preference; the archived branch; the nickname shown"
    ),
    "sales": (
        "the pilot package; a reseller margin; the feature comparison; the education tariff; "
        "the trial extension; the framework agreement; the bundle with support; a seat upgrade; "
        "the launch promotion; the spare licence; the leasing option; a tender document; "
        "the partner programme; the showroom visit; the early bird rate; the enterprise tier"
    ),
    "cancellation": (
        "the automatic renewal; the move abroad; a switch to a rival; the withdrawal form; "
        "the early exit cost; the pause of service; the closing of our shop; the final month; "
        "the unused plan; the retention offer; the revocation letter; the downgrade to nothing; "
        "the deletion deadline; the shutdown of the site; the opt-out date; the lapsed commitment"
    ),
}
NOVEL = {
    "billing": "the feed-in credit; the kilowatt tariff; the solar subsidy; the metered settlement",
    "technical": "the inverter alarm; the charging curve; the cell temperature; the grid relay",
    "shipping": "the hazardous goods truck; the crane appointment; the installer visit; the roof kit",
    "access": ("the installer portal; the energy dashboard key; the wallbox pairing code; the grid operator registration"),
    "returns": "the swollen module; the capacity shortfall; the bracket that cracked; the cabinet with rust",
    "account": "the household grouping; the meter point; the landlord entry; the roof owner",
    "sales": "the storage sizing; the panel combination; the heat pump offer; the second cabinet",
    "cancellation": ("the withdrawn installation; the void site survey; the abandoned roof project; the ended energy pool"),
}
VAGUE = "my earlier message; the thing we discussed; a small matter; what happened yesterday; the usual topic; my open request"
SUBJECTS = "Question about {}; Help with {}; Still waiting: {}; Problem with {}; Please check {}; Once more: {}"
GREETINGS = "Hello!; Hi there!; Good morning!; Dear support team!; Hello everyone!; Good day!"
SMALL_TALK = (
    "I hope you are having a good week.; Thank you for the quick help last time.; "
    "I have been a customer for a few years now.; I looked at the help pages but found nothing that fits.; "
    "Sorry to bother you again so soon.; A colleague told me to write to you."
)
MAINS = (
    "I am writing to you about {}.; We need some help with {}.; Could you please look into {}?; "
    "Nobody here understands {}.; My question today concerns {}.; "
    "Since Monday we have had trouble with {}.; Please tell me what to do about {}.; "
    "I would like to talk to someone about {}."
)
ALSOS = (
    "There is also the matter of {}.; It may have to do with {}.; Before that I had asked about {}.; "
    "My colleague also mentioned {}.; Perhaps you can check {} as well.; On top of that there is {}."
)
REFERENCES = "The order number is {}.; You will find it under case {}.; Our reference is {}.; It says {} on the label."
PRODUCTS = (
    "This is about our {} at the office.; We use the {} every day.; "
    "It concerns the {} we have had since spring.; The product is a {} in the standard version."
)
CLOSINGS = (
    "Many thanks and kind regards; Thank you for looking into it; Best wishes from all of us; "
    "Please let me know soon; Looking forward to your answer; Thanks in advance for your time"
)
