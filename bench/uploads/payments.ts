import { csvFile } from "../../services/validator/src/uploads/testing/files.ts";
import { payment } from "../../services/validator/test/payments.ts";

/** A CSV file of payments among a few hundred accounts. */
export function payments(count: number): string {
  const creditors = Array.from({ length: 300 }, (_, index) => `CREDITOR${index}`);
  return csvFile(
    Array.from({ length: count }, (_, index) =>
      payment(
        {
          endToEndId: `E-${index}`,
          instructedAmount: { value: String(1000 + (index % 9000)), currency: "EUR" },
          creditor: {
            name: `Company ${index % 300}`,
            account: { other: creditors[index % 300] as string },
            country: "US",
          },
        },
        Date.now(),
      ),
    ),
  );
}
