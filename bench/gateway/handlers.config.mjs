/** What the gateway serves under measurement: the plan, and the same answer by a handler in JavaScript. */
export default {
  routes: [
    { path: '/echo', echo: true },
    { method: 'GET', path: '/sync', handler: () => ({ body: { message: 'hello' } }) },
    {
      method: 'GET',
      path: '/async',
      handler: async () => {
        await null;
        return { body: { message: 'hello' } };
      },
    },
  ],
};
