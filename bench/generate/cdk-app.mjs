// The system of `fargate` in production once more, for the AWS CDK: the same network, load balancer, service on Fargate,
// database, bucket, alarms and backups. It runs in a folder that has aws-cdk-lib, and is plain JavaScript, so that no
// compiler counts.
// oxlint-disable no-new -- what is made adds itself to its stack
import {
  App,
  Duration,
  RemovalPolicy,
  Stack,
  aws_backup as backup,
  aws_certificatemanager as acm,
  aws_cloudtrail as cloudtrail,
  aws_cloudwatch as cloudwatch,
  aws_cloudwatch_actions as actions,
  aws_ec2 as ec2,
  aws_ecr as ecr,
  aws_ecs as ecs,
  aws_elasticloadbalancingv2 as elb,
  aws_events as events,
  aws_iam as iam,
  aws_logs as logs,
  aws_rds as rds,
  aws_route53 as route53,
  aws_route53_targets as targets,
  aws_s3 as s3,
  aws_sns as sns,
} from "aws-cdk-lib";

/** Knows its zones, so that nobody has to be asked for them. */
class Zones extends Stack {
  get availabilityZones() {
    return ["us-east-1a", "us-east-1b"];
  }
}

const stack = new Zones(new App(), "fargate-production", {
  env: { account: "123456789012", region: "us-east-1" },
});

const vpc = new ec2.Vpc(stack, "Vpc", {
  ipAddresses: ec2.IpAddresses.cidr("10.0.0.0/16"),
  natGateways: 2,
  restrictDefaultSecurityGroup: false,
  subnetConfiguration: [
    { name: "public", subnetType: ec2.SubnetType.PUBLIC, cidrMask: 24 },
    { name: "private", subnetType: ec2.SubnetType.PRIVATE_WITH_EGRESS, cidrMask: 24 },
  ],
  gatewayEndpoints: { s3: { service: ec2.GatewayVpcEndpointAwsService.S3 } },
});
vpc.addFlowLog("FlowLogs", {
  destination: ec2.FlowLogDestination.toCloudWatchLogs(
    new logs.LogGroup(stack, "FlowLogGroup", { retention: logs.RetentionDays.ONE_MONTH }),
  ),
});
const acl = (name, subnetType, ports) => {
  const made = new ec2.NetworkAcl(stack, name, { vpc, subnetSelection: { subnetType } });
  ports.forEach((traffic, at) =>
    made.addEntry(`In${at}`, {
      cidr: ec2.AclCidr.anyIpv4(),
      ruleNumber: 100 + at * 10,
      traffic,
      direction: ec2.TrafficDirection.INGRESS,
    }),
  );
  made.addEntry("Out", {
    cidr: ec2.AclCidr.anyIpv4(),
    ruleNumber: 100,
    traffic: ec2.AclTraffic.allTraffic(),
    direction: ec2.TrafficDirection.EGRESS,
  });
};
const answers = ec2.AclTraffic.tcpPortRange(1024, 65535);
acl("PublicAcl", ec2.SubnetType.PUBLIC, [ec2.AclTraffic.tcpPort(80), ec2.AclTraffic.tcpPort(443), answers]);
acl("PrivateAcl", ec2.SubnetType.PRIVATE_WITH_EGRESS, [ec2.AclTraffic.tcpPort(8000), answers]);

const accessLogs = new s3.Bucket(stack, "Logs", {
  encryption: s3.BucketEncryption.S3_MANAGED,
  blockPublicAccess: s3.BlockPublicAccess.BLOCK_ALL,
  enforceSSL: true,
  lifecycleRules: [
    {
      transitions: [
        { storageClass: s3.StorageClass.INFREQUENT_ACCESS, transitionAfter: Duration.days(30) },
        { storageClass: s3.StorageClass.GLACIER, transitionAfter: Duration.days(90) },
      ],
      expiration: Duration.days(365),
      abortIncompleteMultipartUploadAfter: Duration.days(7),
    },
  ],
});

const zone = route53.HostedZone.fromHostedZoneAttributes(stack, "Zone", {
  hostedZoneId: "Z0123456789ABCDEFGHIJ",
  zoneName: "example.com",
});
const certificate = new acm.Certificate(stack, "Certificate", {
  domainName: "api.example.com",
  validation: acm.CertificateValidation.fromDns(zone),
});
const balancer = new elb.ApplicationLoadBalancer(stack, "LoadBalancer", {
  vpc,
  internetFacing: true,
  dropInvalidHeaderFields: true,
});
balancer.logAccessLogs(accessLogs);
new route53.ARecord(stack, "Record", {
  zone,
  recordName: "api",
  target: route53.RecordTarget.fromAlias(new targets.LoadBalancerTarget(balancer)),
});

const database = new rds.DatabaseInstance(stack, "Database", {
  vpc,
  vpcSubnets: { subnetType: ec2.SubnetType.PRIVATE_WITH_EGRESS },
  engine: rds.DatabaseInstanceEngine.postgres({ version: rds.PostgresEngineVersion.of("15.4", "15") }),
  instanceType: ec2.InstanceType.of(ec2.InstanceClass.T3, ec2.InstanceSize.SMALL),
  credentials: rds.Credentials.fromGeneratedSecret("plumbline"),
  databaseName: "app",
  allocatedStorage: 20,
  maxAllocatedStorage: 100,
  storageType: rds.StorageType.GP3,
  storageEncrypted: true,
  multiAz: true,
  backupRetention: Duration.days(7),
  deletionProtection: true,
  enablePerformanceInsights: true,
  monitoringInterval: Duration.seconds(60),
  cloudwatchLogsExports: ["postgresql", "upgrade"],
  parameters: { "rds.force_ssl": "1" },
  removalPolicy: RemovalPolicy.SNAPSHOT,
});
database.addRotationSingleUser({ automaticallyAfter: Duration.days(30) });

const repository = new ecr.Repository(stack, "Validator", {
  imageScanOnPush: true,
  lifecycleRules: [{ maxImageCount: 10 }],
});
const cluster = new ecs.Cluster(stack, "Cluster", {
  vpc,
  containerInsightsV2: ecs.ContainerInsights.ENABLED,
  enableFargateCapacityProviders: true,
});
const logGroup = new logs.LogGroup(stack, "ServiceLogs", { retention: logs.RetentionDays.ONE_MONTH });
const task = (name, cpu, memoryLimitMiB, command) => {
  const definition = new ecs.FargateTaskDefinition(stack, `${name}Task`, { cpu, memoryLimitMiB });
  definition.addContainer(name, {
    image: ecs.ContainerImage.fromEcrRepository(repository),
    command,
    logging: ecs.LogDrivers.awsLogs({ logGroup, streamPrefix: name }),
    readonlyRootFilesystem: true,
    user: "1000:1000",
    portMappings: name === "api" ? [{ containerPort: 8000 }] : [],
    environment: { HOST: "0.0.0.0", PORT: "8000" },
    secrets: {
      DATABASE_USERNAME: ecs.Secret.fromSecretsManager(database.secret, "username"),
      DATABASE_PASSWORD: ecs.Secret.fromSecretsManager(database.secret, "password"),
    },
  });
  return definition;
};
task("migrate", 256, 512, ["node", "services/validator/src/migrate.ts"]);
const service = new ecs.FargateService(stack, "Api", {
  cluster,
  taskDefinition: task("api", 512, 1024, ["node", "services/validator/src/main.ts"]),
  desiredCount: 2,
  minHealthyPercent: 100,
  maxHealthyPercent: 200,
  circuitBreaker: { rollback: true },
  capacityProviderStrategies: [
    { capacityProvider: "FARGATE", base: 2, weight: 1 },
    { capacityProvider: "FARGATE_SPOT", weight: 1 },
  ],
});
database.connections.allowDefaultPortFrom(service);
const targetGroup = new elb.ApplicationTargetGroup(stack, "Targets", {
  vpc,
  port: 8000,
  protocol: elb.ApplicationProtocol.HTTP,
  targets: [service],
  deregistrationDelay: Duration.seconds(30),
  healthCheck: {
    path: "/healthz",
    interval: Duration.seconds(30),
    timeout: Duration.seconds(5),
    healthyThresholdCount: 2,
    unhealthyThresholdCount: 3,
  },
});
balancer.addListener("Http", { port: 80, defaultTargetGroups: [targetGroup] });
balancer.addListener("Https", { port: 443, certificates: [certificate], defaultTargetGroups: [targetGroup] });
const scaling = service.autoScaleTaskCount({ minCapacity: 2, maxCapacity: 6 });
const cooldowns = { scaleOutCooldown: Duration.seconds(60), scaleInCooldown: Duration.seconds(300) };
scaling.scaleOnCpuUtilization("Cpu", { targetUtilizationPercent: 70, ...cooldowns });
scaling.scaleOnMemoryUtilization("Memory", { targetUtilizationPercent: 80, ...cooldowns });

const topic = new sns.Topic(stack, "Alarms");
const alarm = (name, metric, threshold) =>
  new cloudwatch.Alarm(stack, name, { metric, threshold, evaluationPeriods: 1 }).addAlarmAction(
    new actions.SnsAction(topic),
  );
alarm("CpuAlarm", service.metricCpuUtilization(), 80);
alarm("MemoryAlarm", service.metricMemoryUtilization(), 90);
alarm("UnhealthyAlarm", targetGroup.metrics.unhealthyHostCount(), 0);
alarm("ErrorsAlarm", balancer.metrics.httpCodeTarget(elb.HttpCodeTarget.TARGET_5XX_COUNT), 5);
alarm("ConnectionsAlarm", database.metricDatabaseConnections(), 80);
new cloudwatch.Dashboard(stack, "Dashboard", {
  widgets: [
    [new cloudwatch.GraphWidget({ left: [service.metricCpuUtilization()] })],
    [new cloudwatch.GraphWidget({ left: [targetGroup.metrics.targetResponseTime()] })],
    [new cloudwatch.GraphWidget({ left: [database.metricCPUUtilization()] })],
  ],
});

new cloudtrail.Trail(stack, "Trail", { isMultiRegionTrail: true, enableFileValidation: true });
const plan = new backup.BackupPlan(stack, "Backups");
plan.addRule(
  new backup.BackupPlanRule({
    scheduleExpression: events.Schedule.cron({ hour: "5", minute: "0" }),
    deleteAfter: Duration.days(7),
    copyActions: [
      {
        destinationBackupVault: backup.BackupVault.fromBackupVaultArn(
          stack,
          "Elsewhere",
          "arn:aws:backup:us-west-2:123456789012:backup-vault:fargate-production",
        ),
      },
    ],
  }),
);
plan.addSelection("Selection", {
  resources: [backup.BackupResource.fromRdsDatabaseInstance(database)],
  role: new iam.Role(stack, "BackupRole", { assumedBy: new iam.ServicePrincipal("backup.amazonaws.com") }),
});
