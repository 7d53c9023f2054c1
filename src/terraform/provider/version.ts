/** The version of hashicorp/aws whose schema the types are made from. */
export const PROVIDER_VERSION = "5.100.0";

/** What users may run: nothing that is generated was removed or renamed in 6. */
export const PROVIDER_CONSTRAINT = ">= 5.100, < 7";

/** The oldest Terraform that has all that is used: S3 state with a lock file of its own came with 1.10. */
export const TERRAFORM_CONSTRAINT = ">= 1.11, < 2";
