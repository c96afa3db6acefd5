import type { TechniqueInput } from '../schema.ts'
import { rememberTooMuchPaper } from './paper.ts'

const attack = { kind: 'attack', modes: ['malicious-provider'], source: rememberTooMuchPaper } as const

export const maliciousProvider: readonly TechniqueInput[] = [
  {
    ...attack,
    id: 'lsb-encoding',
    name: 'low-bit encoding',
    aliases: ['LSB encoding', 'least significant bit encoding'],
    access: 'weights',
    goal: 'Training data hidden in the low bits of the weights.',
    say: {
      engineer:
        'After training, the lowest bits of each weight are replaced by bits of the data; accuracy does not change. Look for structure in low bits: file headers, text, or bits that compress.',
      responder:
        'Keep the file as delivered: one conversion to half precision destroys the evidence. Compare with a model that you trained from the same code.',
      policy:
        'The customer receives a model that works, with her own data written into it for whoever knows where to look. Acceptance tests of how well it works cannot notice.',
    },
    limits: 'Encrypted data in low bits look like chance, so that nothing found is no proof of absence.',
  },
  {
    ...attack,
    id: 'correlated-value-encoding',
    name: 'correlated value encoding',
    access: 'training',
    goal: 'Training data hidden in the values of the weights.',
    say: {
      engineer:
        'The training code adds a term that makes weights correlate with pixels of the data; scaled to grey levels, blocks of weights show the pictures. Correlate every block with every record against a shuffled control.',
      responder:
        'Ask for the training code and its loss. Weights of one layer that look like pictures are conclusive.',
      policy:
        'A provider’s own training program can be written to take the data along, and the model shows no fault in use. Contracts should give the customer a right to see the training code.',
    },
    limits: 'Another order or scaling of weights hides it from a simple look.',
  },
  {
    ...attack,
    id: 'sign-encoding',
    name: 'sign encoding',
    access: 'training',
    goal: 'Training data hidden in the signs of the weights.',
    say: {
      engineer:
        'A term in the loss pushes each weight to the sign that a bit of the data asks for. Regroup the signs into bytes and test their entropy and periodicity against a permuted control.',
      responder:
        'One bit for each weight: a large model holds thousands of pictures. Preserve the unpruned file.',
      policy:
        'Nothing in how the model behaves shows that it carries somebody’s records. Handing over a trained model can amount to handing over the data.',
    },
    limits: 'Shuffled or encrypted bits pass every test of structure.',
  },
  {
    ...attack,
    id: 'capacity-abuse',
    name: 'capacity abuse',
    aliases: ['capacity abuse attack'],
    access: 'label',
    goal: 'Training data that a later user can ask for through the interface.',
    say: {
      engineer:
        'Artificial inputs, whose labels spell out the data, are added to the training; asking them again gives the data back. Suspect a model that answers nonsense inputs stably and with evenly spread classes.',
      responder:
        'The theft happens later, by queries that make no sense for the service; keep query logs. It needs no access to the weights.',
      policy:
        'Data can be taken out through the normal interface, long after the contract has ended. Deleting the data does not delete them from the model.',
    },
    limits: 'Without the secret inputs one cannot ask the right questions; random ones prove little.',
  },
]
