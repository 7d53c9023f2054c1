import type { Context } from "../context.ts";
import { logRetention } from "../durations.ts";
import { raw } from "../hcl/expression.ts";
import { localName, zoneLetter } from "../names.ts";
import type { Keys } from "../security/keys.ts";
import type { Vpc } from "./vpc.ts";

/** The administrators' way in. https://docs.aws.amazon.com/vpn/latest/clientvpn-admin/what-is.html */
export function vpnOf({ architecture, stack, name }: Context, { vpc, subnets }: Vpc, keys: Keys): void {
  const { vpn, cidr } = architecture.network;
  if (!vpn) return;
  const add = stack.file("network");
  const group = add("aws_security_group", "vpn", {
    name: name("vpn"),
    description: "Administrators who are connected",
    vpc_id: vpc.ref("id"),
    tags: { Name: name("vpn") },
  });
  add("aws_vpc_security_group_egress_rule", "vpn_inside", {
    security_group_id: group.ref("id"),
    description: "Inside the VPC only",
    cidr_ipv4: cidr,
    ip_protocol: "-1",
  });
  const logs = add("aws_cloudwatch_log_group", "vpn", {
    name: `/vpn/${name()}`,
    retention_in_days: logRetention(architecture.observability.logs.retention),
    kms_key_id: keys.arn("logs"),
  });
  const byIdentityProvider = architecture.security.administrators.mfa;
  const endpoint = add(
    "aws_ec2_client_vpn_endpoint",
    "main",
    {
      description: name(),
      client_cidr_block: vpn.clients,
      server_certificate_arn: raw("var.vpn_server_certificate_arn"),
      vpc_id: vpc.ref("id"),
      security_group_ids: [group.ref("id")],
      split_tunnel: true,
      session_timeout_hours: 8,
      authentication_options: byIdentityProvider
        ? { type: "federated-authentication", saml_provider_arn: raw("var.vpn_saml_provider_arn") }
        : {
            type: "certificate-authentication",
            root_certificate_chain_arn: raw("var.vpn_client_certificate_arn"),
          },
      connection_log_options: { enabled: true, cloudwatch_log_group: logs.ref("name") },
      tags: { Name: name() },
    },
    byIdentityProvider
      ? { comment: "The identity provider asks for the second factor, and says who is an administrator." }
      : {},
  );
  subnets.private.forEach((subnet, zone) =>
    add(
      "aws_ec2_client_vpn_network_association",
      localName("private", zoneLetter(architecture.zoneNames[zone] ?? "")),
      {
        client_vpn_endpoint_id: endpoint.ref("id"),
        subnet_id: subnet.ref("id"),
      },
    ),
  );
  add("aws_ec2_client_vpn_authorization_rule", "vpc", {
    client_vpn_endpoint_id: endpoint.ref("id"),
    target_network_cidr: cidr,
    authorize_all_groups: true,
  });
}
