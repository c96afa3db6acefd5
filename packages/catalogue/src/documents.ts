// The documents whose facts the catalogue restates in its own words, with the edition that was read and its licence.
import type { DecisionRecord, SourceDocument } from './schema.ts'

const ccBy = {
  name: 'Creative Commons Attribution 4.0 International (CC BY 4.0)',
  url: 'https://creativecommons.org/licenses/by/4.0/',
}

export const documents: readonly SourceDocument[] = [
  {
    id: 'failure-modes-2019',
    title: 'Failure Modes in Machine Learning',
    authors: [
      'Ram Shankar Siva Kumar (Microsoft)',
      'Jeffrey Snover (Microsoft)',
      "David O'Brien (Berkman Klein Center for Internet and Society at Harvard University)",
      'Kendra Albert (Berkman Klein Center for Internet and Society at Harvard University)',
      'Salome Viljoen (Berkman Klein Center for Internet and Society at Harvard University)',
    ],
    published: '2019-11-11',
    edition: 'November 2019, with the corrections listed in this catalogue',
    url: 'https://learn.microsoft.com/security/engineering/failure-modes-in-machine-learning',
    location: null,
    licence: ccBy,
  },
  {
    id: 'threat-modeling-2019',
    title: 'Threat Modeling AI/ML Systems and Dependencies',
    authors: ['Microsoft Corporation'],
    published: '2019-11',
    edition: 'November 2019; the live page stamped 2025-03-12 has the same substance',
    url: 'https://learn.microsoft.com/security/engineering/threat-modeling-aiml',
    location: 'MicrosoftDocs/security@a42fa183:security-docs/Threat-modeling-aiml.md',
    licence: ccBy,
  },
  {
    id: 'sdl-aiml-2019',
    title:
      'SDL Bug Bar Pivots for Machine Learning Vulnerabilities (AI/ML pivots to the Security Development Lifecycle bug bar)',
    authors: ['Microsoft Corporation'],
    published: '2019-11-13',
    edition: 'the edition of 2019-11-13; the live page has had no severities since 2024-09-12',
    url: 'https://learn.microsoft.com/security/engineering/bug-bar-aiml',
    location: 'MicrosoftDocs/security@a42fa183:security-docs/Bug-Bar-aiml.md',
    licence: ccBy,
  },
  {
    id: 'securing-ai-ml',
    title: 'Securing the Future of Artificial Intelligence and Machine Learning at Microsoft',
    authors: ['Microsoft Corporation'],
    published: '2019',
    edition: 'as found in the repository at 4f8843d2',
    url: 'https://learn.microsoft.com/security/engineering/securing-artificial-intelligence-machine-learning',
    location:
      'MicrosoftDocs/security@4f8843d2:security-docs/engineering/Securing-Artificial-Intelligence-Machine-Learning.md',
    licence: ccBy,
  },
]

/** The forensic record for decisions of high impact, asked for in the document on securing AI. */
export const decisionRecord: DecisionRecord = {
  source: 'securing-ai-ml',
  fields: [
    'The time window of the last training',
    'The time of the newest entry in the training data',
    'The weights and confidences of the classifiers that mattered',
    'The components that took part',
    'The final decision',
  ],
  also: 'The record itself needs a means to detect tampering.',
}
