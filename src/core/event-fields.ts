// biome-ignore lint/performance/noBarrelFile: goes when its last importers name json.ts
export { isMembers, type Members } from './json.ts'
