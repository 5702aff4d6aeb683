metadata description = 'Deploys the code from an address: the same command that makes the app fills it.'

@description('Required. Name of the function app.')
param appName string

@description('Required. Address of the zip that `npm run package` makes. The deployment service fetches it; a signature in it is a secret.')
@secure()
param packageUri string

resource app 'Microsoft.Web/sites@2024-04-01' existing = {
  name: appName
}

resource package 'Microsoft.Web/sites/extensions@2024-04-01' = {
  parent: app
  name: 'onedeploy'
  // Flex Consumption deploys through this extension; the published type knows MSDeploy alone.
  #disable-next-line BCP187
  properties: { packageUri: packageUri, remoteBuild: false }
}
