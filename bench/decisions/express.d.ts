/** As much of Express as the peer asks for: its own types are another package. */
declare module "express" {
  interface Express {
    (): {
      use(middleware: unknown): void;
      post(
        path: string,
        handle: (
          request: { readonly body: never; get(header: string): string | undefined },
          response: { json(body: unknown): void },
        ) => Promise<void>,
      ): void;
      listen(port: number, host: string): void;
    };
    json(): unknown;
  }
  const express: Express;
  export default express;
}
