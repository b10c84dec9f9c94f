"""Files that are right, for a test to change one thing in."""

REQUEST = """\
reference: 1146A/22
authority: West Midlands Police
received: 2022-11-07
subject: Covert use of ear, vein and gait recognition
applicant: {name: Jane Q. Sample, email: jane.sample@example.org}
text: |
  Dear Sir, what do you hold?
summary: |
  What is held on these technologies.
"""

ASSESSMENT = """\
reference: 1146A/22
parts:
  - information: any other information on covert use of these technologies
    questions: [1, 2]
    duty: confirm-or-deny
    exemptions:
      - provision: "24(2)"
        applies: |
          It is engaged.
        limbs: ["31(1)(a)"]
        purposes: ["31(2)(b)"]
        likelihood: would
        harm: Harm of its own.
        favouring:
          - Openness.
          - {text: Trust., weight: some}
        against: [Safety.]
        balance: |
          The balance favours it.
        outcome: maintain
        in-the-alternative-to: "23(1)"
        condition: first
        opinion: {by: The Minister, authority: s36(5)(o), date: 2022-11-20, would: would prejudice}
        certificate: {signed-by: A Minister, date: 2022-11-21}
    harm: |
      Shared *harm*.
    confirming: Confirming would reveal tactics.
    denying: Denying would reveal gaps.
    balance:
      mode: cumulative
      of: ["24(2)"]
      text: |
        Together they outweigh.
    outcome: maintain
    answer: |
      Nothing is given.
"""
