// The outside lists that the catalogue points into, each pinned to one edition, and one constructor per list so that a
// mode's data file names an identifier once and the edition, the id form and the standing come with it. Identifiers
// drift (ATLAS renumbered in 2026, the OWASP lists changed meaning between editions), so the edition is part of an entry.
import type { CrosswalkEntry, CrosswalkScheme, Provenance } from './schema.ts'

export const crosswalkSchemes: readonly CrosswalkScheme[] = [
  {
    id: 'mitre-atlas',
    title: 'MITRE ATLAS',
    version: '5.6.1',
    url: 'https://atlas.mitre.org/',
    provenance: 'verified',
    note: 'Data file 5.6.0 in release 5.6.1 of 2026-05-05. Later releases use calendar versions; ids that moved are given as aliases. It describes adversaries only, so modes 12 to 17 have no technique.',
  },
  {
    id: 'owasp-ml',
    title: 'OWASP Machine Learning Security Top 10',
    version: '2023',
    url: 'https://owasp.org/www-project-machine-learning-security-top-10/',
    provenance: 'verified',
    note: 'It describes adversaries only.',
  },
  {
    id: 'owasp-ai-exchange',
    title: 'OWASP AI Exchange',
    version: '2026-08-22',
    url: 'https://owaspai.org/',
    provenance: 'verified',
    note: 'Ids are section numbers. What it calls reprogramming is tampering with a deployed model, which is not mode 6.',
  },
  {
    id: 'owasp-agentic',
    title: 'OWASP Top 10 for Agentic Applications',
    version: '2026',
    url: 'https://genai.owasp.org/',
    provenance: 'secondary',
    note: null,
  },
  {
    id: 'nist-ai-100-2',
    title:
      'NIST AI 100-2, Adversarial Machine Learning: A Taxonomy and Terminology of Attacks and Mitigations',
    version: 'E2025',
    url: 'https://csrc.nist.gov/pubs/ai/100/2/e2025/final',
    provenance: 'secondary',
    note: 'Identifiers taken from several agreeing copies, not from the publication itself. It describes adversaries only.',
  },
  {
    id: 'avid',
    title: 'AVID taxonomy (security, ethics, performance)',
    version: '0.2',
    url: 'https://docs.avidml.org/taxonomy',
    provenance: 'verified',
    note: 'Its performance part is where the unintentional modes map.',
  },
  {
    id: 'cwe',
    title: 'Common Weakness Enumeration',
    version: '4.20',
    url: 'https://cwe.mitre.org/',
    provenance: 'secondary',
    note: 'It has no weakness for poisoning, backdoors, extraction or membership inference; entries there are the nearest ones.',
  },
  {
    id: 'eu-ai-act',
    title: 'Regulation (EU) 2024/1689 (AI Act)',
    version: '2024/1689',
    url: 'https://eur-lex.europa.eu/eli/reg/2024/1689/oj',
    provenance: 'secondary',
    note: 'Article 15 binds high-risk systems only.',
  },
  {
    id: 'linddun',
    title: 'LINDDUN privacy threat categories',
    version: 'unversioned',
    url: 'https://linddun.org/',
    provenance: 'derived',
    note: null,
  },
]

type Relation = CrosswalkEntry['relation']
type Extra = Partial<Pick<CrosswalkEntry, 'aliases' | 'note' | 'provenance'>>

function entry(
  scheme: string,
  id: string,
  name: string | null,
  relation: Relation,
  provenance: Provenance,
  extra: Extra,
): CrosswalkEntry {
  const version = crosswalkSchemes.find((s) => s.id === scheme)!.version
  const standing = extra.provenance ?? provenance
  return {
    scheme,
    version,
    id,
    name,
    relation,
    aliases: extra.aliases ?? [],
    provenance: standing,
    verified: standing === 'verified',
    note: extra.note ?? null,
  }
}

/** `atlas('T0015', 'Evade AI Model', 'primary')`: an ATLAS technique. */
export const atlas = (id: string, name: string, relation: Relation = 'related', extra: Extra = {}) =>
  entry('mitre-atlas', `AML.${id}`, name, relation, 'verified', extra)

// Names of ATLAS 5.6.0. Several were renamed in 2026.09.
const atlasMitigationNames: Readonly<Record<string, string>> = {
  M0001: 'Limit Model Artifact Release',
  M0002: 'Passive AI Output Obfuscation',
  M0003: 'Model Hardening',
  M0004: 'Restrict Number of AI Model Queries',
  M0005: 'Control Access to AI Models and Data at Rest',
  M0006: 'Use Ensemble Methods',
  M0007: 'Sanitize Training Data',
  M0008: 'Validate AI Model',
  M0009: 'Use Multi-Modal Sensors',
  M0010: 'Input Restoration',
  M0011: 'Restrict Library Loading',
  M0012: 'Encrypt Sensitive Information',
  M0013: 'Code Signing',
  M0014: 'Verify AI Artifacts',
  M0015: 'Adversarial Input Detection',
  M0016: 'Vulnerability Scanning',
  M0017: 'AI Model Distribution Methods',
  M0018: 'User Training',
  M0019: 'Control Access to AI Models and Data in Production',
  M0023: 'AI Bill of Materials',
  M0024: 'AI Telemetry Logging',
  M0025: 'Maintain AI Dataset Provenance',
}

/** ATLAS mitigations by number: `atlasMitigations('M0002', 'M0004')`. */
export const atlasMitigations = (...ids: readonly string[]) =>
  ids.map((id) => entry('mitre-atlas', `AML.${id}`, atlasMitigationNames[id]!, 'mitigation', 'verified', {}))

/** An ATLAS case study. */
export const atlasCase = (id: string, name: string, note: string | null = null) =>
  entry('mitre-atlas', `AML.${id}`, name, 'case', 'verified', { note })

const owaspMlNames: Readonly<Record<string, string>> = {
  ML01: 'Input Manipulation Attack',
  ML02: 'Data Poisoning Attack',
  ML03: 'Model Inversion Attack',
  ML04: 'Membership Inference Attack',
  ML05: 'Model Theft',
  ML06: 'AI Supply Chain Attacks',
  ML07: 'Transfer Learning Attack',
  ML08: 'Model Skewing',
  ML10: 'Model Poisoning',
}

export const owaspMl = (id: string, relation: Relation = 'related', extra: Extra = {}) =>
  entry('owasp-ml', `${id}:2023`, owaspMlNames[id]!, relation, 'verified', extra)

export const aiExchange = (section: string, name: string, extra: Extra = {}) =>
  entry('owasp-ai-exchange', section, name, 'related', 'verified', extra)

export const owaspAgentic = (id: string, name: string, extra: Extra = {}) =>
  entry('owasp-agentic', `${id}:2026`, name, 'related', 'secondary', extra)

export const nist = (id: string, name: string, relation: Relation = 'related', extra: Extra = {}) =>
  entry('nist-ai-100-2', `NISTAML.${id}`, name, relation, 'secondary', extra)

const avidNames: Readonly<Record<string, string>> = {
  S0100: 'Software Vulnerability',
  S0200: 'Supply Chain Compromise',
  S0201: 'Model Compromise',
  S0202: 'Software Compromise',
  S0300: 'Over-permissive API',
  S0301: 'Information Leak',
  S0302: 'Excessive Queries',
  S0400: 'Model Bypass',
  S0401: 'Bad Features',
  S0402: 'Insufficient Training Data',
  S0403: 'Adversarial Example',
  S0501: 'Model inversion',
  S0502: 'Model theft',
  S0600: 'Data Poisoning',
  S0601: 'Ingest Poisoning',
  P0101: 'Data drift',
  P0102: 'Concept drift',
  P0104: 'Data quality issues',
  P0105: 'Feedback loops',
  P0200: 'Model issues',
  P0201: 'Resilience/ Stability',
  P0202: 'OOD generalization',
  P0204: 'Accuracy',
  P0300: 'Privacy',
  P0301: 'Anonymization',
  P0302: 'Randomization',
  P0400: 'Safety',
  P0402: 'Physical safety',
  P0404: 'Environmental safety',
  L05: 'Evaluation',
}

/** AVID ids; the first is the primary one. */
export const avid = (...ids: readonly string[]) =>
  ids.map((id, i) => entry('avid', id, avidNames[id]!, i === 0 ? 'primary' : 'related', 'verified', {}))

const cweNames: Readonly<Record<number, string>> = {
  20: 'Improper Input Validation',
  22: 'Path Traversal',
  78: 'OS Command Injection',
  79: 'Cross-site Scripting',
  94: 'Code Injection',
  120: 'Classic Buffer Overflow',
  200: 'Exposure of Sensitive Information to an Unauthorized Actor',
  203: 'Observable Discrepancy',
  284: 'Improper Access Control',
  306: 'Missing Authentication for Critical Function',
  345: 'Insufficient Verification of Data Authenticity',
  349: 'Acceptance of Extraneous Untrusted Data With Trusted Data',
  352: 'Cross-Site Request Forgery',
  353: 'Missing Support for Integrity Check',
  359: 'Exposure of Private Personal Information to an Unauthorized Actor',
  494: 'Download of Code Without Integrity Check',
  502: 'Deserialization of Untrusted Data',
  506: 'Embedded Malicious Code',
  770: 'Allocation of Resources Without Limits or Throttling',
  787: 'Out-of-bounds Write',
  799: 'Improper Control of Interaction Frequency',
  829: 'Inclusion of Functionality from Untrusted Control Sphere',
  863: 'Incorrect Authorization',
  1039: 'Inadequate Detection or Handling of Adversarial Input Perturbations in Automated Recognition Mechanism',
  1357: 'Reliance on Insufficiently Trustworthy Component',
  1395: 'Dependency on Vulnerable Third-Party Component',
}

export const cwe = (provenance: Provenance, relation: Relation, ...ids: readonly number[]) =>
  ids.map((id) => entry('cwe', `CWE-${id}`, cweNames[id]!, relation, provenance, {}))

export const aiAct = (article: string, name: string, provenance: Provenance, extra: Extra = {}) =>
  entry('eu-ai-act', `Article ${article}`, name, 'related', provenance, extra)

export const linddun = (id: string, note: string) =>
  entry('linddun', id, null, 'related', 'derived', { note })
