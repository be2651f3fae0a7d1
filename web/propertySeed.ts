import fc from 'fast-check';

// One change is judged by the same examples everywhere; `make test-slow` looks for new ones.
fc.configureGlobal(process.env['PROPERTY_SEED'] === 'random' ? { numRuns: 1000 } : { seed: 20_261_126 });
