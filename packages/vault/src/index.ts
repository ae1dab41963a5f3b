export type { Cipher, CipherKey, CipherKeyHandle } from './cipher.ts'
export { type AssociatedData, EncryptionService, type EncryptionServiceOptions } from './encryption-service.ts'
export {
  createKeyring,
  generateKey,
  type Keyring,
  type KeyringKey,
  parseKeyring,
  parseKeys,
  type SealedBoxKey,
  type SecretKey,
  type WrappingKey,
} from './keyring.ts'
export { type AwsKmsClient, type AwsKmsOptions, awsKms } from './kms/aws-kms.ts'
export type { DataKeyLimits } from './kms/data-keys.ts'
export type { EncryptionContext, KeyWrapper } from './kms/key-wrapper.ts'
export { type VaultTransitOptions, vaultTransit } from './kms/vault-transit.ts'
export { nobleCipher } from './noble-cipher.ts'
export type { RandomBytes } from './random.ts'
export type { RefreshLimits } from './refresh.ts'
export type { RewrapOptions, RewrapProgress, RewrapReport } from './rewrap.ts'
export { generateSealedBoxKeys, type SealedBox, type SealedBoxKeys, sealedBox } from './sealed-box.ts'
export { Secret } from './secret.ts'
export type { Sleep } from './sleep.ts'
export { createVault, type KeyRetirement, type Vault, type VaultParts } from './vault.ts'
