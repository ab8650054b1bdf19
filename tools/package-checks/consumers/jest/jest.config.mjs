export default { testEnvironment: 'node', testMatch: ['**/*.test.?(c|m)js'], transform: {} };
