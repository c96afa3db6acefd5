// Legal notes that several modes share. Each is an opinion of somebody, in one jurisdiction, at a date, with its source
// and with how settled the matter is; `provenance` says separately how well we checked that source. None of it is advice.
import type { LegalNote, Provenance } from './schema.ts'

type Note = Omit<LegalNote, 'answers' | 'verified'> & Partial<Pick<LegalNote, 'answers'>>

/** Fills `verified` from the provenance, so that what was not read is never shown as checked. */
export const legalNote = (note: Note): LegalNote => ({
  answers: [],
  ...note,
  verified: note.provenance === 'verified',
})

const catalogueDate = '2026-11-23'
const us = 'United States, federal'
const eu = 'European Union'

/** The matrix of arXiv 2006.16179: would a paying, permitted API user break the Computer Fraud and Abuse Act? */
export const cfaaMatrix = (
  id: string,
  answers: readonly [narrow: string, broad: string, damage: string],
  reason: string,
) =>
  legalNote({
    id: `cfaa-matrix-${id}`,
    jurisdiction: us,
    text: `Computer Fraud and Abuse Act (CFAA), assuming a paying and permitted user of an interface under ordinary terms of service. ${reason}`,
    answers: [
      {
        question: '1030(a)(2), unauthorised access, narrow reading (the one taken since 2021)',
        answer: answers[0],
      },
      { question: '1030(a)(2), unauthorised access, broad reading (historical)', answer: answers[1] },
      { question: '1030(a)(5)(A), damage', answer: answers[2] },
    ],
    asOf: '2020-06',
    source: 'Legal Risks of Adversarial Machine Learning Research, arXiv:2006.16179',
    url: 'https://arxiv.org/abs/2006.16179',
    certainty: 'contested',
    opinionOf: 'the authors of that paper, one of whom also wrote the taxonomy',
    provenance: 'secondary',
  })

export const notInCfaaMatrix = legalNote({
  id: 'cfaa-matrix-silent',
  jurisdiction: us,
  text: 'The paper that sorts eight of the eleven intentional modes under the Computer Fraud and Abuse Act does not cover this one. No answer can be read from it.',
  asOf: '2020-06',
  source: 'Legal Risks of Adversarial Machine Learning Research, arXiv:2006.16179',
  url: 'https://arxiv.org/abs/2006.16179',
  certainty: 'open',
  opinionOf: 'nobody: the source is silent',
  provenance: 'secondary',
})

export const vanBuren = legalNote({
  id: 'van-buren',
  jurisdiction: us,
  text: 'The Supreme Court read "exceeds authorized access" narrowly: either a person may enter an area of a computer or not, and misuse of access that was given is not enough. Whether the terms of a contract can act as a gate was left open. The ruling does not touch the separate provision on causing damage.',
  asOf: '2021',
  source: 'Van Buren v. United States (2021)',
  url: null,
  certainty: 'settled',
  opinionOf: 'the Supreme Court; that the damage provision is untouched is our reading',
  provenance: 'secondary',
})

export const lawAndAdversarialMl = legalNote({
  id: 'law-and-adversarial-ml',
  jurisdiction: us,
  text: 'A study of computer-crime, copyright and tort law finds that some attacks on machine learning lead to liability more readily than others, perturbation, poisoning, stealing and inversion being its cases. It asks researchers for open benchmarks, for systems built so that they can be examined afterwards, and for more thought about civil liberties.',
  asOf: '2018-12',
  source: 'Law and Adversarial Machine Learning, arXiv:1810.10731 (abstract; the full text was not read)',
  url: 'https://arxiv.org/abs/1810.10731',
  certainty: 'contested',
  opinionOf: 'the authors of that paper, among them authors of the taxonomy',
  provenance: 'verified',
})

export const trickingARobot = legalNote({
  id: 'tricking-a-robot',
  jurisdiction: us,
  text: 'Applied to invented cases, anti-hacking law gives no clear answer on whether fooling a machine is hacking. The line blurs between dangerous tricks, as on cars, and legitimate resistance, as with make-up that defeats face recognition.',
  asOf: '2018',
  source:
    'Calo et al., Is Tricking a Robot Hacking?, University of Washington School of Law Research Paper 2018-05 (abstract)',
  url: null,
  certainty: 'contested',
  opinionOf: 'the authors of that paper',
  provenance: 'verified',
})

/** Article 15(5) of the AI Act; `clause` says in a sentence which part of it fits. */
export const aiActCybersecurity = (id: string, clause: string) =>
  legalNote({
    id: `ai-act-15-5-${id}`,
    jurisdiction: eu,
    text: `AI Act, Article 15(5): high-risk systems must resist attempts to alter their use, outputs or performance. ${clause} After the 2026 amendment the duty applies from 2 December 2027 (Annex III) and 2 August 2028 (Annex I); its publication reference was not seen.`,
    asOf: catalogueDate,
    source: 'Regulation (EU) 2024/1689, Article 15(5), through agreeing copies',
    url: 'https://eur-lex.europa.eu/eli/reg/2024/1689/oj',
    certainty: 'likely',
    opinionOf: 'failmode: neither the taxonomy nor the Act makes this link',
    provenance: 'secondary',
  })

/** Other articles of the AI Act for the unintentional modes. */
export const aiActSafety = (id: string, articles: string, text: string, provenance: Provenance) =>
  legalNote({
    id: `ai-act-${id}`,
    jurisdiction: eu,
    text: `AI Act, ${articles}, for high-risk systems. ${text}`,
    asOf: catalogueDate,
    source: `Regulation (EU) 2024/1689, ${articles}`,
    url: 'https://eur-lex.europa.eu/eli/reg/2024/1689/oj',
    certainty: 'likely',
    opinionOf: 'failmode: neither the taxonomy nor the Act makes this link',
    provenance,
  })

export const aiActValueChain = legalNote({
  id: 'ai-act-25',
  jurisdiction: eu,
  text: 'AI Act, Article 25, divides duties along the value chain, so who supplied, altered or deployed the model decides who answers. Article 55 adds security duties for general-purpose models with systemic risk.',
  asOf: catalogueDate,
  source: 'Regulation (EU) 2024/1689, Articles 25 and 55',
  url: 'https://eur-lex.europa.eu/eli/reg/2024/1689/oj',
  certainty: 'likely',
  opinionOf: 'failmode: neither the taxonomy nor the Act makes this link',
  provenance: 'memory',
})

export const edpbModels = legalNote({
  id: 'edpb-28-2024',
  jurisdiction: eu,
  text: 'The data protection board holds that a model counts as anonymous only if drawing personal data out of it, directly and by queries, is negligibly likely, judged case by case. A measured success of this attack is therefore evidence on whether the model itself is personal data.',
  asOf: '2024-12-17',
  source: 'European Data Protection Board, Opinion 28/2024',
  url: null,
  certainty: 'likely',
  opinionOf: 'the European Data Protection Board; that a test result is evidence is our reading',
  provenance: 'secondary',
})

export const gdprDuties = legalNote({
  id: 'gdpr-duties',
  jurisdiction: eu,
  text: 'Where the training data are personal, GDPR duties may be engaged: confidentiality (Article 5(1)(f)), data protection by design (25), security (32), breach notification (33) and impact assessment (35). The taxonomy itself never mentions the GDPR.',
  asOf: catalogueDate,
  source: 'Regulation (EU) 2016/679, Articles 4(1), 5(1)(f), 25, 32, 33, 35',
  url: 'https://eur-lex.europa.eu/eli/reg/2016/679/oj',
  certainty: 'likely',
  opinionOf: 'failmode: an addition of ours',
  provenance: 'memory',
})

export const productLiability = legalNote({
  id: 'product-liability',
  jurisdiction: eu,
  text: 'The new Product Liability Directive counts software as a product, so a defect of this kind that injures somebody may lead to strict liability. Member states must have it in national law by 9 December 2026.',
  asOf: catalogueDate,
  source: 'Directive (EU) 2024/2853',
  url: 'https://eur-lex.europa.eu/eli/dir/2024/2853/oj',
  certainty: 'likely',
  opinionOf: 'failmode: an addition of ours',
  provenance: 'secondary',
})
