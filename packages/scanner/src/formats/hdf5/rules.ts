import { defineRules } from '../../scan/rule.ts'

const outside =
  'Find out why the file does not hold its own data. Do not load it on a machine that has files the author must not see.'

export const hdf5Rules = defineRules('hdf5', {
  'external-link': {
    title: 'A link in the HDF5 file leads to another file',
    verdict: 'suspicious',
    severity: 'high',
    why: 'Whoever opens the link opens a file of the author’s choice on the machine of the reader; what it holds can then show up as weights.',
    advice: outside,
    references: ['CWE-73', 'CWE-610', 'AML.T0010'],
  },
  'external-storage': {
    title: 'A dataset takes its values from a file outside',
    verdict: 'suspicious',
    severity: 'high',
    why: 'Reading the dataset reads that file, whatever it is, and passes its bytes on as numbers. Model loaders follow this without asking.',
    advice: outside,
    references: ['CWE-73', 'CWE-200', 'CVE-2026-1669', 'AML.T0010'],
  },
  'virtual-dataset': {
    title: 'A dataset is put together from datasets of other files',
    verdict: 'suspicious',
    severity: 'medium',
    why: 'Reading it opens the files it names, which are not part of what was scanned.',
    advice: outside,
    references: ['CWE-610'],
  },
  'unknown-filter': {
    title: 'Data passed a filter that comes with no HDF5 library',
    verdict: 'suspicious',
    severity: 'medium',
    why: 'To read the data, HDF5 looks for a plug-in with this number and loads it as native code.',
    advice: 'Ask for the file without the filter, or install the plug-in only from a source you trust.',
    references: ['CWE-829'],
  },
  'user-defined-link': {
    title: 'A link of a kind that a program has to define',
    verdict: 'not-examined',
    severity: 'low',
    why: 'What it leads to is decided by code that is not in this file.',
    advice: 'Ask the author what reads this link.',
    references: [],
  },
  unread: {
    title: 'A part of the HDF5 structure was not read',
    verdict: 'not-examined',
    severity: 'low',
    why: 'The part uses a rare feature that this version does not follow; what it names is not known.',
    advice: 'Copy the contents into a new file with the standard settings of h5py, and scan that.',
    references: [],
  },
  'opaque-data': {
    title: 'A dataset holds packed bytes of no known meaning',
    verdict: 'not-examined',
    severity: 'low',
    why: 'The bytes are compressed in chunks and were not looked at; some libraries keep pickles in such datasets.',
    advice: 'Find out which program reads the dataset, and what it does with the bytes.',
    references: ['CWE-502'],
  },
  'user-block': {
    title: 'Bytes of another kind stand before the HDF5 data',
    verdict: 'suspicious',
    severity: 'medium',
    why: 'HDF5 skips them, and another program may take the file for what they are.',
    advice: 'Find out what wrote them. MATLAB writes a line of text there, which is not reported.',
    references: ['CWE-436'],
  },
  extent: {
    title: 'A dataset lies outside of the file or is larger than its space',
    verdict: 'malformed',
    severity: 'medium',
    why: 'Reading it fails, or in a faulty reader goes beyond its memory.',
    advice: 'Fetch the file again and compare its digest with the one its author gives.',
    references: ['CWE-125'],
  },
})
