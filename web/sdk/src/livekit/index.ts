export { liveKitMedia, type LiveKitOptions } from './liveKitMedia';
