/**
 * Safari, and every browser on iOS, withdraw the permission of a site whose pushes show nothing three times, whether or
 * not a page of it is looked at. The others have a budget for that, and none where a page is looked at.
 */
export function demandsDisplay(userAgent: string): boolean {
  return userAgent.includes('AppleWebKit/') && !/Chrome\/|Chromium\/|Android/u.test(userAgent);
}
