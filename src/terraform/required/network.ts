import { type Arguments, inBlock, of, says } from "./requirement.ts";

const EC2 = "https://docs.aws.amazon.com/AWSEC2/latest/APIReference";

const hasPorts = (args: Arguments) => ["tcp", "udp", "6", "17"].includes(String(args["ip_protocol"]));
const isPublicNat = (args: Arguments) => args["connectivity_type"] !== "private";
const isOfTransitGateway = (args: Arguments) =>
  args["transit_gateway_id"] !== undefined || args["transit_gateway_attachment_id"] !== undefined;
const goesToLogs = (args: Arguments) =>
  (args["log_destination_type"] ?? "cloud-watch-logs") === "cloud-watch-logs";

const PEER = ["cidr_ipv4", "cidr_ipv6", "prefix_list_id", "referenced_security_group_id"] as const;
const rule = [
  { oneOf: PEER, why: "a rule names who is on the other side" },
  { oneOf: ["from_port"], when: hasPorts, why: "a rule of TCP or UDP has ports" },
  { oneOf: ["to_port"], when: hasPorts, why: "a rule of TCP or UDP has ports" },
] as const;

export const NETWORK = [
  ...of("aws_vpc", `${EC2}/API_CreateVpc.html`, [
    { oneOf: ["cidr_block", "ipv4_ipam_pool_id"], why: "a VPC has addresses" },
  ]),
  ...of("aws_subnet", `${EC2}/API_CreateSubnet.html`, [
    { oneOf: ["cidr_block", "ipv6_cidr_block"], why: "a subnet has addresses" },
  ]),
  ...of("aws_nat_gateway", `${EC2}/API_CreateNatGateway.html`, [
    { oneOf: ["allocation_id"], when: isPublicNat, why: "a NAT gateway to the internet has an Elastic IP" },
  ]),
  ...of("aws_route", `${EC2}/API_CreateRoute.html`, [
    {
      oneOf: ["destination_cidr_block", "destination_ipv6_cidr_block", "destination_prefix_list_id"],
      why: "a route is to some addresses",
    },
    {
      oneOf: [
        "gateway_id",
        "nat_gateway_id",
        "egress_only_gateway_id",
        "transit_gateway_id",
        "vpc_endpoint_id",
        "vpc_peering_connection_id",
        "network_interface_id",
        "carrier_gateway_id",
        "core_network_arn",
        "local_gateway_id",
      ],
      why: "a route leads to a gateway",
    },
  ]),
  ...of("aws_route_table_association", `${EC2}/API_AssociateRouteTable.html`, [
    { oneOf: ["subnet_id", "gateway_id"], why: "a table is for a subnet or a gateway" },
  ]),
  ...of("aws_vpc_security_group_ingress_rule", `${EC2}/API_AuthorizeSecurityGroupIngress.html`, rule),
  ...of("aws_vpc_security_group_egress_rule", `${EC2}/API_AuthorizeSecurityGroupEgress.html`, rule),
  ...of("aws_vpc_endpoint", `${EC2}/API_CreateVpcEndpoint.html`, [
    {
      oneOf: ["service_name", "resource_configuration_arn", "service_network_arn"],
      why: "an endpoint is of a service",
    },
    {
      oneOf: ["subnet_ids"],
      when: says("vpc_endpoint_type", "Interface"),
      why: "an interface is in subnets",
    },
  ]),
  ...of("aws_flow_log", `${EC2}/API_CreateFlowLogs.html`, [
    {
      oneOf: ["vpc_id", "subnet_id", "eni_id", "transit_gateway_id", "transit_gateway_attachment_id"],
      why: "a flow log is of something",
    },
    {
      oneOf: ["traffic_type"],
      when: (args) => !isOfTransitGateway(args),
      why: "a flow log takes what was accepted, what was rejected, or all",
    },
    { oneOf: ["log_destination"], why: "a flow log goes somewhere" },
    { oneOf: ["iam_role_arn"], when: goesToLogs, why: "flow logs are written to CloudWatch by a role" },
  ]),
  ...inBlock(
    "aws_ec2_client_vpn_endpoint",
    "authentication_options",
    `${EC2}/API_ClientVpnAuthenticationRequest.html`,
    [
      {
        oneOf: ["root_certificate_chain_arn"],
        when: says("type", "certificate-authentication"),
        why: "clients' certificates have a root",
      },
      {
        oneOf: ["saml_provider_arn"],
        when: says("type", "federated-authentication"),
        why: "clients sign in with an identity provider",
      },
      {
        oneOf: ["active_directory_id"],
        when: says("type", "directory-service-authentication"),
        why: "clients are in a directory",
      },
    ],
  ),
  ...inBlock(
    "aws_ec2_client_vpn_endpoint",
    "connection_log_options",
    `${EC2}/API_ConnectionLogOptions.html`,
    [
      {
        oneOf: ["cloudwatch_log_group"],
        when: says("enabled", true),
        why: "connections are logged to a group",
      },
    ],
  ),
  ...of("aws_ec2_client_vpn_authorization_rule", `${EC2}/API_AuthorizeClientVpnIngress.html`, [
    { oneOf: ["authorize_all_groups", "access_group_id"], why: "a rule lets in a group, or all" },
  ]),
];
