import fc from "fast-check";
import { expect, test } from "vitest";
import { base64encode, jsonencode, keyed, reference, text } from "./expression.ts";
import { commentLines, printBlock } from "./print-block.ts";
import { printValue } from "./print-value.ts";

test("a block is printed as terraform fmt leaves it", () => {
  const printed = printBlock({
    keyword: "resource",
    labels: ["aws_lb_listener", "http"],
    comment: "Plain HTTP is only redirected.",
    body: {
      port: 80,
      load_balancer_arn: reference("aws_lb.main.arn"),
      left_out: undefined,
      tags: { Name: "http", "odd name": "x" },
      default_action: { type: "redirect", redirect: { status_code: "HTTP_301" } },
    },
    blocks: new Set(["default_action", "redirect"]),
  });
  expect(printed).toMatchInlineSnapshot(`
    "# Plain HTTP is only redirected.
    resource "aws_lb_listener" "http" {
      port              = 80
      load_balancer_arn = aws_lb.main.arn

      tags = {
        Name       = "http"
        "odd name" = "x"
      }

      default_action {
        type = "redirect"

        redirect {
          status_code = "HTTP_301"
        }
      }
    }
    "
  `);
});

test("what Terraform would read as its own is written so that it does not", () => {
  expect(printValue('say "${x}" and %{y}\n', 0)).toBe('"say \\"$${x}\\" and %%{y}\\n"');
});

test("text of several lines is a heredoc, in which a template keeps its expressions", () => {
  const script = text`#!/bin/bash\necho ${reference<string>("var.name")} $\{HOME}\n`;
  expect(printValue(base64encode(script), 1)).toBe(
    "base64encode(<<-EOT\n    #!/bin/bash\n    echo ${var.name} $${HOME}\n  EOT\n  )",
  );
});

test("a template in a template is part of it", () => {
  const url = text`${reference<string>("aws_db_instance.main.address")}:5432`;
  expect(printValue(text`postgresql://${url}/app`, 0)).toBe(
    '"postgresql://${aws_db_instance.main.address}:5432/app"',
  );
});

test("keys may be expressions, and documents keep their shape", () => {
  const document = jsonencode({
    StringEquals: keyed([text`${reference<string>("local.issuer")}:aud`, "sts"]),
  });
  expect(printValue(document, 0)).toBe(
    'jsonencode({\n  StringEquals = {\n    "${local.issuer}:aud" = "sts"\n  }\n})',
  );
});

test("comments are wrapped and lose no word", () => {
  fc.assert(
    fc.property(fc.array(fc.stringMatching(/^[a-z]{1,20}$/), { minLength: 1, maxLength: 60 }), (words) => {
      const lines = commentLines(words.join(" "));
      expect(lines.map((line) => line.slice(2)).join(" ")).toBe(words.join(" "));
      expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(102);
    }),
  );
});
