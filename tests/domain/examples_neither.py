"""Examples of the rules on neither confirming nor denying."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from domain_builders import a_part, a_request, a_withholding, an_exemption
from rule_example import BLOCK, WARN, Example, a_draft, passes, trips

from flows.domain.assessment import Balance, Factor, Outcome

if TYPE_CHECKING:
    from flows.domain.assessment import Part
    from flows.domain.checks.rule import Draft

_CAVEAT = "These reasons should not be taken as indicating that information is or is not held."
_HARM, _ANSWER = "parts[0].harm", "parts[0].answer"

# N01

_BOTH: Final = (
    trips("N01", "no denial", a_part(denying=None), (WARN, "parts[0].denying")),
    trips(
        "N01",
        "both named in one breath only",
        a_part(confirming=None, denying=None, harm="To confirm or deny would be harmful."),
        (WARN, "parts[0].confirming"),
        (WARN, "parts[0].denying"),
    ),
    passes("N01", "both, each under its key", a_part()),
    passes(
        "N01", "a denial in the prose", a_part(denying=None, harm="A denial would tell them they need not.")
    ),
    passes(
        "N01",
        "under its key, in other words",
        a_part(confirming="A yes would tell them to take care.", denying="A no would tell them otherwise."),
    ),
    passes("N01", "a part that withholds", a_withholding()),
)

# N02: words that give something away, as they stand in the text

_ASSERTING: Final[tuple[tuple[str, str], ...]] = (
    ("We hold three reports on the subject.", "We hold"),
    ("The force holds a policy on this.", "The force holds"),
    ("We do not hold any such record.", "We do not hold"),
    ("No information is held about ear recognition.", "information is held"),
    ("No relevant records are held.", "records are held"),
    ("The information is held by the intelligence unit.", "information is held"),
    ("The material is withheld under section 24.", "material is withheld"),
    ("We have withheld the rest.", "We have withheld"),
    ("A search was made and nothing was found.", "nothing was found"),
    ("We have located two documents.", "We have located two documents"),
    ("The names in it were redacted.", "were redacted"),
    ("With redactions it is enclosed.", "With redactions"),
    ("We can confirm that it is in use.", "We can confirm that it is in use"),
    ("We can confirm the force has tried it.", "We can confirm the force has tried"),
    ("Not all of the information is held.", "information is held"),
    (
        "The force confirms that gait recognition was tried.",
        "The force confirms that gait recognition was tried",
    ),
    ("We have no record of covert use.", "We have no record"),
    ("The force has no such documents.", "The force has no such documents"),
    ("The documents contain the names of suppliers.", "The documents contain"),
    ("We hold nothing.", "We hold"),
    ("These logs contain flight times.", "These logs contain"),
    ("WMP does hold some information relevant to your request.", "WMP does hold"),
    (
        "West Midlands Police can confirm it holds relevant information.",
        "West Midlands Police can confirm it holds",
    ),
    ("No trace could be found of any such purchase.", "No trace could be found"),
    ("I can confirm that the information is held.", "I can confirm that the information is held"),
    (
        "I can confirm that West Midlands Police holds the information requested.",
        "I can confirm that West Midlands Police holds",
    ),
    (
        "West Midlands Police can confirm that it holds some information.",
        "West Midlands Police can confirm that it holds",
    ),
    ("It is confirmed that the information is held.", "It is confirmed that the information is held"),
    ("We confirm we hold it.", "We confirm we hold"),
    ("WMP holds the information requested.", "WMP holds"),
    ("The Constabulary does hold information.", "The Constabulary does hold"),
    ("The force does hold information captured by this request.", "The force does hold"),
    ("We do hold a contract for this equipment.", "We do hold"),
    ("I do not hold any information.", "I do not hold"),
    ("No information held.", "No information held"),
    ("The information requested is not held by West Midlands Police.", "information requested is not held"),
    ("Enquiries were made and no information was located.", "information was located"),
    ("The requested information is held, but is exempt.", "information is held"),
    ("Whilst we hold this information, we cannot disclose it.", "we hold"),
    (
        "Although the information is held, it would not be in the public interest to disclose it.",
        "information is held",
    ),
    ("If it helps, we hold three reports.", "we hold"),
    (
        "Following enquiries with our Digital Forensics department, WMP does hold relevant information.",
        "WMP does hold",
    ),
    (
        "I can confirm West Midlands Police holds information in respect of your request.",
        "I can confirm West Midlands Police holds",
    ),
    (
        "The Force Intelligence Bureau advise that there is no information held in relation to this.",
        "no information held",
    ),
    (
        "I have established that the information sought is held by the Counter Terrorism Unit.",
        "information sought is held",
    ),
    (
        "We can advise that recorded information falling within scope has been identified.",
        "information falling within scope has been identified",
    ),
    (
        "To be clear, none of the documents you describe are held by this organisation.",
        "documents you describe are held",
    ),
    ("This department does not hold the report to which you refer.", "This department does not hold"),
    (
        "Please note that the force currently holds 14 records which match your criteria.",
        "the force currently holds",
    ),
    (
        "I hereby confirm that no such device has ever been deployed by officers of this force.",
        "I hereby confirm that no such device has ever been deployed",
    ),
    (
        "West Midlands Police did hold the footage until it was weeded in May 2021.",
        "West Midlands Police did hold",
    ),
    (
        "Our searches failed to locate any information relevant to part 2 of your request.",
        "searches failed to locate any information",
    ),
    (
        "It is confirmed that the constabulary owns IMSI catchers.",
        "It is confirmed that the constabulary owns",
    ),
    (
        "The relevant passages are exempt under section 31(1)(a) and have been redacted from the enclosed.",
        "have been redacted",
    ),
    (
        "The policy you have asked for is not held by us in any form.",
        "policy you have asked for is not held",
    ),
    ("We are in possession of two such items.", "We are in possession of"),
)
"""What stops a submission, and the words that are marked."""

_IN_DOUBT: Final[tuple[tuple[str, str], ...]] = (
    (
        (
            "Information is held by public authorities for many purposes, and the Act gives a right "
            "of access to it."
        ),
        "Information is held",
    ),
    ("An answer would harm us and the information is held by CTU.", "information is held"),
    ("There would be harm, as the records are held by CTU.", "records are held"),
    ("As this would harm operations, the information is withheld.", "information is withheld"),
    ("It may help to know that we hold three reports.", "we hold"),
    ("You should know that we hold three reports.", "we hold"),
    ("We are right to say that no information is held.", "information is held"),
    ("When we searched our systems, no information was found.", "information was found"),
    ("Where information was found it has been withheld.", "information was found"),
    ("Personal data is held securely by the police under Part 3 of the DPA 2018.", "data is held"),
    ("Material is held by the National Archives.", "Material is held"),
    (
        (
            "Nothing has been found by any court to be unlawful in the practice of neither "
            "confirming nor denying."
        ),
        "Nothing has been found",
    ),
    ("No records were found by the Tribunal to exist in a similar case.", "records were found"),
    ("The tribunal found that information was withheld correctly in that case.", "information was withheld"),
    ("In that appeal the information was withheld and the Tribunal agreed.", "information was withheld"),
    ("The files contain details of the published policy.", "The files contain"),
    ("No document is held by law to be beyond the Act.", "document is held"),
    ("Records are held under the Public Records Act for twenty years.", "Records are held"),
    ("We found three published reports on this subject.", "We found three published reports"),
    (
        "We have identified no information in the public domain which would lessen the harm.",
        "We have identified no information",
    ),
    ("We have found no published information on the subject.", "We have found no published information"),
    ("While we appreciate that you would like an answer, we hold only two emails on the matter.", "we hold"),
    ("Should it assist, the force does not hold a contract with that company.", "the force does not hold"),
    (
        "I can neither confirm nor deny question 1, but information is held for question 2.",
        "information is held",
    ),
    (
        (
            "The Tribunal in Savic v Information Commissioner found that records were held and "
            "upheld the refusal."
        ),
        "records were held",
    ),
    (
        "The public have an interest in knowing how their information is held and used by the police.",
        "information is held",
    ),
    (
        "Where the names of junior staff appear in our letters they are redacted as a matter of course.",
        "are redacted",
    ),
    (
        (
            "An individual can find out what personal data is held about them by making a subject "
            "access request."
        ),
        "data is held",
    ),
    ("Records of arrests are held by every force in England.", "Records of arrests are held"),
    (
        "The files of closed cases are held at Kew once they are twenty years old.",
        "files of closed cases are held",
    ),
    (
        "Nothing in the public record was found that answers the question.",
        "Nothing in the public record was found",
    ),
    ("A denial would be untrue, since reports are on file.", "denial would be untrue"),
    ("To deny it would be dishonest.", "deny it would be dishonest"),
)
"""What asserts it too, but perhaps of a possibility, of others, or in general: a warning."""

_HINTING: Final[tuple[tuple[str, str], ...]] = (
    ("The report, which is held by another unit, names two officers.", "report, which is held"),
    ("We keep a list of such addresses.", "We keep a list"),
    ("The log records three uses.", "The log records"),
    ("We are aware of one such incident.", "We are aware of one"),
    ("Information held by the intelligence unit describes it.", "Information held"),
    ("The withheld material describes tactics.", "The withheld material describes"),
    ("The passages redacted describe a method.", "passages redacted"),
    ("What is held is exempt.", "What is held"),
    ("What we hold is of no use to anyone.", "What we hold"),
    ("Disclosure of the information puts people at risk.", "Disclosure of the information"),
    ("Releasing these records helps offenders.", "Releasing these records"),
    ("We see good reason for withholding the information.", "withholding the information"),
    ("The exempt information concerns tactics.", "The exempt information"),
    ("The information contains operational detail.", "The information contains"),
    ("The information requested relates to live tactics.", "The information requested relates"),
    ("The information is sensitive.", "The information is"),
    ("The rest of the information belongs to a partner.", "rest of the information"),
    ("The operation was directed at one group.", "The operation was"),
    ("Our use of the technology shows its value.", "Our use"),
    ("The force\u2019s use of gait recognition is proportionate.", "The force\u2019s use"),
    ("It works well, as the report says.", "as the report says"),
    ("As our records show, results vary.", "As our records show"),
    ("It was released in part.", "released in part"),
    ("The remaining records belong to a supplier.", "The remaining records"),
    ("The number is small.", "The number is"),
    ("The cost of the equipment was £40,000.", "The cost of the equipment was £40,000"),
    ("The number of deployments is nil.", "The number of deployments is nil"),
    ("We used gait recognition in 2021.", "We used"),
    ("The force has never used vein recognition.", "The force has never used"),
    ("We do not use ear recognition.", "We do not use"),
    ("Since it was introduced, crime has fallen.", "it was introduced"),
    ("The technology is not in use.", "technology is not in use"),
    ("It is a method deployed by the force.", "deployed by the force"),
    ("Officers watched the site from the air.", "Officers watched"),
    ("This was deployed on three occasions.", "This was deployed"),
    ("There are no records.", "There are no records"),
    ("No such documents exist.", "No such documents exist"),
    ("The existence of the documents is itself secret.", "The existence of the documents"),
    ("We have searched two systems.", "We have searched"),
    ("Searches were made of the intelligence system.", "Searches were made"),
    ("The equipment cost £30,000.", "The equipment cost"),
    ("We have been testing gait recognition since 2020.", "We have been testing"),
    ("The applicant is right.", "applicant is right"),
    ("We regret the fact that we use it.", "fact that we use"),
    ("It has already been provided to another applicant.", "has already been provided"),
    ("Three officers were trained in its use.", "trained in its use"),
    ("Our drones have flown over the site.", "Our drones have"),
    ("We are unable to release the report.", "unable to release the"),
    ("We cannot provide copies of the emails.", "cannot provide copies"),
    ("Some of the information is already public.", "Some of the information"),
    ("We will not be releasing these documents.", "will not be releasing these"),
    ("We have decided to withhold it.", "decided to withhold it"),
    ("Nothing of the sort has ever been bought.", "Nothing of the sort has ever been bought"),
    ("We have never had such equipment.", "We have never had such equipment"),
    ("It is held by the Counter Terrorism Unit.", "It is held"),
    ("There is nothing to disclose.", "There is nothing to disclose"),
    ("The system went live in June.", "went live"),
    ("Disclosing the records would reveal which officers took part.", "Disclosing the records"),
    ("A copy has been sent to the Commissioner.", "copy has been sent"),
    ("The supplier has asked us not to name it.", "The supplier has"),
    ("The attached list speaks for itself.", "attached list"),
    (
        (
            "Two of the documents you have asked for are marked OFFICIAL-SENSITIVE and came from a "
            "partner agency."
        ),
        "the documents you have asked for are",
    ),
    ("The Counter Terrorism Unit has provided us with a copy of the agreement.", "provided us with a copy"),
    ("Having located the material, we consider it engages section 31.", "located the material"),
    (
        (
            "Enquiries with the Intelligence Department established that three authorisations were "
            "granted in 2025."
        ),
        "Enquiries with the Intelligence Department established",
    ),
    ("The Force has an IMSI catcher and officers are trained to use it.", "The Force has an IMSI catcher"),
    (
        "We do have the capability described, but its use is strictly controlled.",
        "We do have the capability",
    ),
    ("The requested footage runs to nine hours.", "The requested footage runs"),
    (
        "Having reviewed the contents of the report, the balance lies in non-disclosure.",
        "reviewed the contents of the report",
    ),
    ("Facial matching has been deployed by us at six football matches since 2023.", "has been deployed"),
    (
        "The informant referred to in your request was paid £1,200.",
        "The informant referred to in your request was",
    ),
    (
        "The subject of your request remains under investigation by this force.",
        "The subject of your request remains",
    ),
    (
        "This tactic was trialled over the summer but abandoned because it did not work.",
        "This tactic was trialled",
    ),
    ("Your request returned a nil result.", "nil result"),
    ("The answer to your question is no.", "answer to your question is no"),
    (
        "The answer to question 2 is yes, but it would harm operations to say more.",
        "answer to question 2 is yes",
    ),
    (
        "Details of the surveillance are contained within the case file and cannot be released.",
        "Details of the surveillance are contained within",
    ),
    ("The individual you name is known to the police.", "The individual you name is"),
    (
        "The individual you name has never been arrested by West Midlands Police.",
        "The individual you name has",
    ),
    ("The information sought is retained by Special Branch.", "The information sought is"),
    ("Our relationship with GCHQ on this project is sensitive.", "Our relationship"),
    ("Releasing the contract would reveal the supplier's pricing.", "Releasing the contract"),
    (
        "If disclosed, the documents would show the dates on which the equipment was flown.",
        "If disclosed, the documents",
    ),
    ("We do not possess equipment of this nature.", "We do not possess"),
    ("All the information caught by question 3 is exempt under section 24.", "All the information"),
    ("MI5 supplied the material in confidence.", "supplied the material"),
    (
        "The force has 12 such devices, and publishing where they are kept would put them at risk.",
        "The force has 12 such devices",
    ),
    (
        (
            "The force has published its policy on covert human intelligence sources, redacted by "
            "the College of Policing."
        ),
        "redacted",
    ),
    (
        (
            "The Investigatory Powers Commissioner inspects the force each year and his reports are "
            "laid before Parliament, redacted where necessary."
        ),
        "redacted",
    ),
    ("The material which we hold would, if disclosed, reveal our tactics.", "material which we hold"),
    ("The response to part (a) is nil.", "response to part (a) is nil"),
    (
        "The Professional Standards Department conducted a thorough search with negative results.",
        "conducted a thorough search",
    ),
    ("We purchased the licence in the 2019/20 financial year.", "We purchased"),
    (
        "Having reviewed the intelligence logs, the decision maker considers section 24 engaged.",
        "reviewed the intelligence logs",
    ),
    (
        "The individual you name is of interest to officers in the Counter Terrorism Unit.",
        "The individual you name is",
    ),
    ("The two officers concerned have since left the force.", "The two officers concerned have"),
    (
        "Our drone unit has four aircraft, each fitted with thermal imaging.",
        "Our drone unit has four aircraft",
    ),
    ("Answer: No.", "Answer: No"),
    ("In answer to question 4, yes.", "answer to question 4, yes"),
    ("The pilot ran for six weeks in Solihull and was then discontinued.", "The pilot ran"),
    (
        "As the matter is subject to a live investigation by our officers, we cannot comment further.",
        "is subject to a live investigation",
    ),
    ("The sensitive parts of the report have been taken out.", "parts of the report"),
    (
        "The spreadsheet has been considered line by line and no part of it can be released.",
        "The spreadsheet has",
    ),
    (
        "Officers have had access to this capability since 2018.",
        "Officers have had access to this capability",
    ),
    (
        "You will appreciate that the footage forms part of an ongoing criminal case.",
        "forms part of an ongoing criminal case",
    ),
    (
        "The supplier's name is commercially sensitive and releasing it would prejudice our next tender.",
        "The supplier's name is",
    ),
    (
        "The force does not have the technical means to do this.",
        "The force does not have the technical means",
    ),
    (
        "We receive this data from the Security Service under an information sharing agreement.",
        "receive this data",
    ),
    (
        "Only a handful of officers have been trained to operate the equipment.",
        "officers have been trained to operate the equipment",
    ),
    (
        (
            "The request for the surveillance authorisation was made by a detective inspector and "
            "granted the same day."
        ),
        "the surveillance authorisation was",
    ),
    (
        "Revealing the dates of the deployments would enable offenders to work out where it was used.",
        "Revealing the dates of the deployments",
    ),
    (
        "The volume of material caught by the request runs to several hundred pages.",
        "material caught by the request",
    ),
    (
        "The documents in question are eleven in number and all of them predate the merger.",
        "The documents in question are",
    ),
    ("Nothing of that description exists within our systems.", "Nothing of that description exists"),
    ("A check of Niche and Athena came back blank.", "came back blank"),
    ("The last of these flights took off from Birmingham on 3 June.", "these flights took"),
    ("Every page of it is marked SECRET.", "is marked SECRET"),
    ("We understand the file was weeded in 2018.", "the file was"),
    ("Since no record was created, none can be disclosed.", "can be disclosed"),
    ("Regrettably the tapes were wiped.", "were wiped"),
    ("Staff in the intelligence unit checked and came up empty.", "came up empty"),
    ("We used the Commissioner's template for this test.", "We used"),
    ("Our contract with the public is that we police by consent.", "Our contract with the public is"),
    (
        "The force has drones, as its website shows, and their open use is not in question.",
        "The force has drones",
    ),
    ("The report concludes that two residents were harmed.", "The report concludes"),
    ("The complaints we received name members of staff.", "complaints we received"),
    ("There are three files on Rowan Lodge.", "There are three files"),
    ("Officers are currently looking into the concerns raised.", "Officers are currently looking into"),
    ("Two allegations are on file.", "allegations are on file"),
    ("The inquiry into Rowan Lodge has reached a delicate stage.", "The inquiry into Rowan Lodge has"),
    ("The complaint of 3 May is still being looked into.", "The complaint of 3 May is"),
    ("Staff have been interviewed and others will be.", "have been interviewed"),
    ("The review criticises the manager by name.", "The review criticises"),
    ("We are investigating the conduct of the councillor.", "We are investigating"),
    ("The allegations are serious and untested.", "The allegations are"),
    ("There is a report on the school, and parents would draw conclusions.", "There is a report"),
    ("The statements we took name children.", "statements we took"),
    ("The e-mails quote the head teacher at length.", "The e-mails quote"),
    ("The licence holder has been interviewed under caution.", "has been interviewed"),
    ("There was a referral in March and the family does not know.", "There was a referral"),
    ("Our enquiries into the landlord have not ended.", "Our enquiries"),
)
"""What reads as if something were held."""

_INNOCENT: Final[tuple[str, ...]] = (
    "There is information in the public domain that drones are used by some forces.",
    "The applicant believes that the force holds a list.",
    "Nobody could tell whether information was withheld because it existed.",
    "A reader may think that the information has been withheld.",
    "A person who asks whether he is on a list would learn, by a denial, that he is free to act.",
    "Members of the public who report crime do so in the belief that their details are held in confidence.",
    "Were information held, it would be exempt.",
    "In the event that information was held, it would be exempt.",
    "The applicant asked for all reports held on drones.",
    "You asked what information is held on this subject.",
    "A response that information is withheld would itself confirm that it is held.",
    "Any held information would be exempt.",
    "Personal data held by other bodies is protected too.",
    "This should not be taken as indicating that information is or is not held.",
    "No inference can be drawn as to whether information is held.",
    "It outweighs the public interest in disclosing whether the authority holds the information.",
    "The public interest lies in disclosing whether the authority holds the information, or not.",
    "Section 1(1)(a) gives a right to be told that information is held.",
    "Section 30(3) covers information which is, or if it were held by the authority would be, exempt.",
    "We neither confirm nor deny that we hold it.",
    "Whether we hold anything is what we do not say.",
    "If the force held it, it would be withheld.",
    "Were we to say that nothing was found, offenders would take note.",
    "A confirmation would reveal that the force holds the means.",
    "A denial would reveal that no information is held.",
    "A statement that the technology is not in use would, if made, serve offenders.",
    "The force may or may not have used such means.",
    "An answer would show whether our use of force is proportionate.",
    "Any use of such means would be covert.",
    "The force\u2019s use, if any, of such means is overseen by a Commissioner.",
    "Police forces use many means to detect crime.",
    "We use “required” in the sense of reasonably necessary.",
    "We have used the guidance of the Commissioner.",
    "We hold the view that openness matters.",
    "We hold that the balance favours the exclusion.",
    "Anyone may ask for information that a public authority holds.",
    "The Act is about information that is held on the day of the request.",
    "The applicant says that “the force holds drones and has used them”.",
    "This is not about disclosure of the information, which is another test.",
    "We have weighed an answer, rather than disclosure of the information.",
    "A redacted answer would say as much as a plain one.",
    "In 2020 the Court of Appeal found the rules too wide.",
    "The report of the Surveillance Commissioner is published.",
    "Chapter XX of the report tells what the research has found.",
    "The number of forces is 43, and each can be asked.",
    "Our answer is the same whichever is true, and so are our reasons.",
    "Our officers and our area are known to everyone.",
    "Irrespective of what information is or is not held, public safety comes first.",
    "Confirming or denying that any information is held would show what the force can do.",
    "Any information that would meet your request would be exempt.",
    "There is no requirement to satisfy any concern over the tactics we may use.",
    "The force will not say whether information is or is not held if to do so would put people at risk.",
    "For example, to state that no information is held in one area would make silence speak in another.",
    "West Midlands Police will not divulge whether information is or is not held.",
    "The use of biometric technology by the police is regulated by statute.",
    "It is known that airports use recognition by face.",
    "The applicant asks whether the force has used such means.",
    "Police officers use force only when it is necessary.",
    "The Surveillance Commissioner publishes a report every year.",
    "The question was whether anything is held at all.",
    "We recognise the interest in how biometric data is used by the police.",
    "The court held that the policy was too wide.",
    "The number of requests on this subject has grown.",
    "Police use of cameras in public places is governed by a code of practice.",
    "The powers of the police to use covert means are set out in statute.",
    "The records that public bodies keep are open to request.",
    "Information about tactics is of use to offenders.",
    "Whatever the force holds or does not hold, the answer is the same.",
    "Such records, if there were any, would be exempt.",
    "The document you are reading is our answer.",
    "The report of the Commissioner for 2021 is on the website.",
    "It is held by the courts that the test is a high one.",
    (
        "The duty in section 1(1)(a) of the Act requires a public authority to say whether it holds "
        "information."
    ),
    "A public authority that holds nothing may rely on section 31(3) just as one that holds a great deal.",
    "It is well established that an NCND response says nothing about whether information is held.",
    (
        "The Commissioner's guidance explains that the exclusion can be used whether or not "
        "information is held."
    ),
    "The force recognises that it holds a position of trust in the community.",
    "Policing is carried out by consent, and the force holds itself accountable to the public it serves.",
    (
        "Confirmation that the force held such information in one case and a denial in the next "
        "would build up a picture."
    ),
    "To say we have no record of the person would be of as much use to a stalker as to say we have one.",
    "A criminal who learned that their phone had been monitored would change it.",
    "A yes would tell offenders that the equipment was bought and is in use.",
    (
        "If West Midlands Police were to reply that no information is held, offenders would know "
        "which area to exploit."
    ),
    (
        "A force that holds the equipment and one that does not would have to give the same reply "
        "for it to work."
    ),
    "Were a force without such a capability to say so, its area would become the place to offend.",
    "Forces across the country have been found to be targets of hostile reconnaissance.",
    "In 2019 the media reported that forces in England had bought devices of this kind.",
    "Where information is held about an informant, that person's life depends on its secrecy.",
    "Not every answer that is withheld conceals something.",
    (
        "The public interest in confirming that information is held would be met only in small part "
        "by an answer."
    ),
    "We have published the number of drones and their cost on our website.",
    "Individuals could use the answer to establish that information about them is held.",
    "The figures published by the Home Office are at force level and say nothing of tactics.",
    "Documents found in the possession of terrorists show that they study police methods.",
    "Records seized from convicted terrorists were found to contain notes on police tactics.",
    "We do not hold the public in any doubt about the seriousness of the threat.",
    "The force cannot provide the public with a running commentary on its methods.",
    (
        "The tribunal in an earlier case accepted that data held by the police may need protection "
        "of this kind."
    ),
    "This does not mean that the information is held, nor that it is not.",
    "WMP neither confirms nor denies that it holds any other information.",
    "We hold our officers to a high standard.",
    "The force held a public meeting on this in March.",
    "The force holds regular surgeries at which residents ask about tactics.",
    "We hold regular meetings with the community.",
    "West Midlands Police holds an annual open day.",
    "Data held by the DVLA are of use to police.",
    "In Savic the answer was withheld properly.",
    "We confirm that no further inference should be drawn.",
    "We can confirm that the answer would be the same in every case.",
    "The force confirms that it has considered each factor.",
    "The force can confirm that it is committed to openness.",
    "We can confirm that the first question is answered in the letter.",
    "We confirm the force takes its duties seriously.",
    "The police service has long denied that it will comment on such matters.",
    "Emails are held to be correspondence under Article 8.",
    "The force has no records policy that is secret.",
    "We have no recorded complaint.",
    "We confirm that the Commissioner's guidance has been followed in reaching this decision.",
    "I can confirm that your request was received on 4 March and has been considered under the Act.",
    (
        "West Midlands Police can neither confirm nor deny that it holds any information relevant to "
        "your request."
    ),
    "To confirm that information is held would alert those under investigation.",
    "Stating that no information is held would be just as damaging, as it would identify gaps in coverage.",
    (
        "Information held by the police for law enforcement purposes is subject to the Data "
        "Protection Act 2018."
    ),
    "The force holds public meetings with residents every quarter.",
    "We hold ourselves to the standards in the Code of Ethics.",
    (
        "The police service as a whole holds large amounts of personal data, and the public expect "
        "it to be protected."
    ),
    (
        "In its published annual report the Investigatory Powers Commissioner confirmed that 43 "
        "forces were inspected."
    ),
    "The National Police Chiefs' Council has published information on the overt use of facial recognition.",
    "A person who knew that a force did not hold such equipment could offend with impunity.",
    (
        "Were the force to state that it did not hold the information on one occasion, a refusal on "
        "the next would be telling."
    ),
    (
        "This response should not be taken as conclusive evidence that the information you have "
        "requested exists or does not exist."
    ),
    "We have found the arguments on each side to be finely balanced.",
    "The harm we have identified applies with equal force to a denial.",
    "The Information Commissioner held in FS50690902 that a consistent approach is needed.",
    (
        "The Authority has located the public interest arguments in the Commissioner's guidance and "
        "in previous decisions."
    ),
    "Any disclosure under the Act is a disclosure to the world at large, not only to the requester.",
    "Confirmation that an individual is or is not under investigation would be unfair to that person.",
    "It is accepted that the police use covert tactics, and the law that governs them is public.",
    "Criminals who learned that they had been recorded would change their vehicles, phones and routes.",
    "The applicant has suggested that the force holds a list of protesters; we make no comment on that.",
    "If it is known that the force has no record of a person, that person will feel free to act.",
    (
        "The duty in section 1(1)(a) is to inform the applicant whether information of the "
        "description specified is held."
    ),
    "We hold the security of the public above the convenience of a plain answer.",
    "The force has a duty to protect life and to prevent crime, and nothing in this letter alters that.",
    "Taxpayers fund the force and expect to be told what is bought in their name.",
    "In 2017 a Sussex police contract for similar software was reported in the press.",
    "The Home Office confirmed in a written answer that it holds no central record of such purchases.",
    "The same reply is given by every force that is asked, whether or not it holds anything.",
    (
        "The Government response to the consultation, which is held by the National Archives, sets "
        "out the policy."
    ),
    "We deny that this approach is a blanket one; each request is weighed on its own facts.",
    "Officers who use covert methods are trained and the use must be authorised under the 2000 Act.",
    "I confirm that I am the officer with delegated authority under section 36.",
    "The police hold a unique place in public life, and must explain themselves.",
    "We find that both arguments are strong.",
    "We hold no brief for secrecy where it is not needed.",
    "The force holds the line that has been taken nationally.",
    "I confirm I have no conflict of interest in this matter.",
    "A journalist who was told that no documents were held would publish that.",
    "The officer who took this decision was not involved in the original request.",
    "The request was received on 2 May and logged the same day.",
    "We hold data protection training for every officer.",
    "The trial of this approach in the courts has been long.",
    "Parliament was told in 2015 that such equipment is used by law enforcement agencies.",
    "The information rights team has reviewed this decision.",
    "The report of His Majesty's Inspectorate is public.",
    "The number of informants who have been killed is not small.",
    "We found the Commissioner's guidance helpful.",
    "I hold the office of Chief Superintendent.",
    "We confirm that this letter is not evidence that anything is or is not held.",
    "The applicant's earlier letter has been read with care.",
    "If there were an investigation, a manager told of it would be likely to prepare.",
    "Complaints that councils in general receive name members of staff.",
    "If information were held, a denial would be false.",
    "A denial would be false if information were held.",
    "There is a report of the inspectorate on its website.",
    "There are two answers that could be given.",
    "There is a strong interest in the safety of residents.",
    "The published report concludes that homes in the county are safe.",
    "Any complaint we received would be looked into.",
    "An answer would tell the manager whether a complaint is being looked into.",
    "Whether or not there is an investigation, the answer has to be the same.",
    "There are plans to open new homes.",
    "The guidance recommends one answer to all.",
    "A person who is being investigated would prepare if told.",
    "Where a complaint is investigated, those who made it expect silence.",
    "The Tribunal found that a denial would be untrue in that case.",
    "The regulator's report found that the home was safe, and it is published.",
    "A complainant who feared an answer would keep silent.",
    "There are statistics on the website of the police.",
    "The Commissioner's guidance explains how such requests are answered.",
    "A manager would learn that there is a complaint.",
    "People who are investigated by any council would draw the same conclusion.",
)
_UNNOTICED: Final[tuple[str, ...]] = (
    "The conduct of the officer is under review.",
    "It would not be in the public interest to release the authorisations.",
    "Our Special Branch colleagues were able to supply what was asked for.",
    "The answer would be embarrassing to a partner, who gave it to us on trust.",
    "You are quite right to suppose that he gave us the names.",
    "It is our practice to delete such footage after a month, and this was done here.",
    "The Chief Constable signed the authority in April.",
    "There are forty-one of them.",
    "In fact we do.",
    (
        "The vendor would lose its advantage were its price to become known, and it was cheaper than "
        "its rivals."
    ),
    "Four officers spent three weeks on it.",
    "The woman has been told that she is no longer a suspect.",
    "The exhibits remain in the property store at Lloyd House.",
    "We gave the Commissioner a copy in confidence.",
    "What we have is already with the applicant's solicitor.",
    "This force relies on that system daily.",
)
"""What gives it away in words the rule does not know: its silence proves nothing."""

_TOLD_IN_ASKING: Final = (
    ("The reports that the force holds on Rowan Lodge.", "The reports that the force holds"),
    ("The complaints the force has received about it.", "The complaints the force has received"),
    ("We hold two reports on Rowan Lodge.", "We hold"),
    ("Records are held of three deployments.", "Records are held"),
)
_ASKED: Final = (
    "Any complaint the force has received about Rowan Lodge.",
    "Whether the force holds a report on Rowan Lodge.",
    "All information held by the force on the named person.",
    "The information the force holds on the named person, if any.",
    "How many complaints were received about Rowan Lodge, and any report.",
    "Copies of reports held on the matter.",
    "The number of complaints the force has received in each year.",
)


def _asked(summary: str, part: Part | None = None) -> Draft:
    return a_draft(part or a_part(), request=a_request(summary=summary))


_LEAKS: Final = (
    *(
        trips("N02", f"{how}: {text[:50]}", a_part(harm=text), (severity, _HARM, marked))
        for how, severity, examples in (
            ("asserts", BLOCK, _ASSERTING),
            ("in doubt", WARN, _IN_DOUBT),
            ("hints", WARN, _HINTING),
        )
        for text, marked in examples
    ),
    *(passes("N02", f"innocent: {text[:50]}", a_part(harm=text)) for text in _INNOCENT),
    *(passes("N02", f"unnoticed: {text[:50]}", a_part(harm=text)) for text in _UNNOTICED),
    *(
        trips("N02", f"summary: {text[:50]}", _asked(text), (WARN, "request.summary", marked))
        for text, marked in _TOLD_IN_ASKING
    ),
    *(passes("N02", f"summary: {text[:50]}", _asked(text)) for text in _ASKED),
    passes("N02", "summary of what is withheld", _asked("The reports the force holds.", a_withholding())),
    trips(
        "N02",
        "in the answer",
        a_part(answer="The first question is answered. We hold no more."),
        (BLOCK, _ANSWER, "We hold"),
    ),
    trips(
        "N02",
        "in what the part is about",
        a_part(information="our use of gait recognition"),
        (WARN, "parts[0].information", "our use"),
    ),
    trips(
        "N02",
        "in a factor",
        a_part(an_exemption(favouring=(Factor(text="The information shows value for money."),))),
        (WARN, "parts[0].exemptions[0].favouring[0].text", "The information shows"),
    ),
    trips(
        "N02",
        "after a supposition that has ended",
        a_part(harm="A denial would mislead, because the information is held."),
        (WARN, _HARM, "information is held"),
    ),
    trips(
        "N02",
        "one finding for a sentence, the assertion before the hint",
        a_part(harm="Disclosure of the information harms, and the records are held elsewhere."),
        (BLOCK, _HARM, "records are held"),
    ),
    trips(
        "N02",
        "a denial played through in a plain tense",
        a_part(denying="Then nothing was found."),
        (WARN, "parts[0].denying", "nothing was found"),
    ),
    trips(
        "N02",
        "in the authority's own name",
        a_part(harm="West Midlands\nPolice holds three reports."),
        (BLOCK, _HARM, "West Midlands\nPolice holds"),
    ),
    passes(
        "N02",
        "in the name of another, or nobody knows in whose",
        a_draft(a_part(harm="West Midlands Police holds three reports."), request=None),
    ),
    passes(
        "N02",
        "a supposition that goes on after its reason",
        a_part(
            harm="A denial would mislead because, if asked later, the force held it, it would be withheld."
        ),
    ),
    passes("N02", "a denial that would tell", a_part(denying="It tells that the technology is not in use.")),
    passes(
        "N02",
        "a part that is answered",
        a_part(outcome=Outcome.CONFIRM_OR_DENY, harm="We hold three reports."),
    ),
    passes("N02", "a part that withholds", a_withholding(harm="The information is held and redacted.")),
)

# N03

_DOCUMENT: Final = (
    trips("N03", "no caveat", a_draft(document="# Test\n\nWe neither confirm nor deny."), (WARN, "document")),
    trips(
        "N03",
        "one caveat for two parts",
        a_draft(a_part(), a_part(), document=f"# Test\n\n{_CAVEAT}"),
        (WARN, "document"),
    ),
    passes("N03", "the caveat the paper prints", a_draft(document=f"# Test\n\n{_CAVEAT}")),
    passes(
        "N03",
        "in other words, over two lines",
        a_draft(document="This should not be **read** as\nan indication that we do or do not hold anything."),
    ),
    passes("N03", "a part that withholds", a_draft(a_withholding(), document="# Test")),
)

# N04

_OWN_TEST: Final = (
    trips(
        "N04",
        "disclosure weighed in place of an answer",
        a_part(balance=Balance(text="The public interest in disclosure of the information is outweighed.")),
        (WARN, "parts[0].balance.text", "public interest in disclosure"),
    ),
    trips(
        "N04",
        "the heading of the other test",
        a_part(harm="Factors favouring disclosure carry little weight."),
        (WARN, _HARM, "Factors favouring disclosure"),
    ),
    trips(
        "N04",
        "an answer weighed in place of disclosure",
        a_withholding(balance=Balance(text="Confirming or denying would help offenders.")),
        (WARN, "parts[0].balance.text", "Confirming or denying"),
    ),
    passes(
        "N04",
        "the words of section 2(1)(b)",
        a_part(balance=Balance(text="The public interest in disclosing whether the authority holds it.")),
    ),
    passes(
        "N04",
        "the two told apart",
        a_part(harm="We have not weighed the public interest in disclosure, which is another test."),
    ),
    passes(
        "N04",
        "another part spoken of",
        a_withholding(harm="On question 3 we rely on the exclusion of the duty to confirm or deny."),
    ),
    passes(
        "N04",
        "a part that withholds, on disclosure",
        a_withholding(balance=Balance(text="The public interest in disclosure is outweighed.")),
    ),
)

# N05

_ANY_OTHER: Final = (
    trips(
        "N05",
        "any other information, alone",
        a_part(information="any other information on covert use"),
        (WARN, "parts[0].information", "any other information"),
    ),
    trips(
        "N05",
        "any further records, alone",
        a_part(information="any further records of flights"),
        (WARN, "parts[0].information", "any further records"),
    ),
    passes(
        "N05",
        "with the part it is other than",
        a_draft(a_withholding(), a_part(information="any other data")),
    ),
    passes("N05", "any information", a_part(information="any information on covert use")),
    passes("N05", "other than something named", a_part(information="any use by forces other than ours")),
    passes("N05", "withheld", a_withholding(information="any other information on beats")),
)

EXAMPLES: Final[tuple[Example, ...]] = (*_BOTH, *_LEAKS, *_DOCUMENT, *_OWN_TEST, *_ANY_OTHER)
